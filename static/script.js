// Shows passwords and local times, copies a token, hints at Caps Lock, and sends a form once on a double
// press. Every page works without this file, which creates the controls that need it.
"use strict";

const all = (css) => document.querySelectorAll(css);

// Creates a button, or a text whose changes are read out.
const create = (tag, className) => {
  const element = document.createElement(tag);
  element.className = className;
  if (tag === "button") element.type = tag;
  else element.setAttribute("aria-live", "polite");
  return element;
};

const passwordFields = () => {
  for (const input of all(".secret input[type=password]")) {
    const box = input.parentElement;
    const button = create("button", "reveal");
    const said = create("span", "vh");
    const capsHint = create("p", "hint");
    button.setAttribute("aria-controls", input.id);

    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.setAttribute("aria-label", shown ? box.dataset.hide : box.dataset.show);
    };

    button.addEventListener("click", () => {
      const shown = input.type === "password";
      show(shown);
      said.textContent = shown ? "Password shown" : "Password hidden";
    });

    // Sent or left behind as a password, so that no browser files it as plain text.
    input.form.addEventListener("submit", () => show(false));
    addEventListener("pagehide", () => show(false));

    const noticeCaps = (event) => {
      const text = event.getModifierState?.("CapsLock") ? "Caps Lock is on" : "";
      if (capsHint.textContent !== text) capsHint.textContent = text;
    };
    for (const type of ["keydown", "keyup", "blur"]) input.addEventListener(type, noticeCaps);

    show(false);
    box.append(button, said);
    box.after(capsHint);
  }
};

const copyToken = () => {
  for (const copied of all("[data-copy]")) {
    const button = create("button", "reveal");
    const said = create("span", "vh");
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      copied.select();
      try {
        await navigator.clipboard.writeText(copied.value);
        button.textContent = said.textContent = "Copied";
      } catch {
        said.textContent = "Selected, ready to copy";
      }
    });
    copied.after(button, said);
  }
};

// Local times keep the server's form, so nothing moves.
const times = () => {
  const page = document.documentElement.lang;
  const language = page === "en" ? "en-GB" : page;
  const format = (options) => new Intl.DateTimeFormat(language, options);
  const day = format({ day: "numeric", month: "long", year: "numeric" });
  const hour = format({ hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  for (const time of all("time")) {
    const date = new Date(time.dateTime);
    time[time.title ? "title" : "textContent"] = `${day.format(date)}, ${hour.format(date)}`;
  }

  // Counts on from the server's time, as the device's clock may be wrong.
  const words = new Intl.RelativeTimeFormat(language);
  const loaded = Date.now();
  setInterval(() => {
    for (const time of all("[data-age]")) {
      const minutes = time.dataset.age / 60 + (Date.now() - loaded) / 60000;
      const [size, unit] = minutes < 60 ? [1, "minute"] : minutes < 1440 ? [60, "hour"] : [1440, "day"];
      if (minutes >= 1) time.textContent = words.format(-Math.floor(minutes / size), unit);
    }
  }, 60000);
};

// A form can be sent again after a return to the page, or after a while.
const doublePresses = () => {
  let sentAt = new WeakMap();
  addEventListener("pageshow", () => { sentAt = new WeakMap(); });

  addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const since = event.timeStamp - sentAt.get(event.target);
    if (since < 5000) event.preventDefault();
    else sentAt.set(event.target, event.timeStamp);
  });
};

// An error in one part does not stop the others.
for (const part of [doublePresses, passwordFields, copyToken, times]) {
  try { part(); } catch {}
}
