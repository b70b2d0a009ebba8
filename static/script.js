// Shows passwords and local times, copies a token, hints at Caps Lock, closes the menu, and stops
// double presses. Every page works without this file, which creates the controls that need it.
"use strict";

const all = (css) => document.querySelectorAll(css);

// Creates a button, or a text that is read out.
const create = (tag, className) => {
  const element = document.createElement(tag);
  element.className = className;
  if (tag === "button") element.type = tag;
  else element.ariaLive = "polite";
  return element;
};

const passwordFields = () => {
  for (const input of all(".secret input[type=password]")) {
    const box = input.parentElement;
    const button = create("button", "reveal");
    const said = create("span", "vh");
    const hint = create("p", "hint");
    button.setAttribute("aria-controls", input.id);

    const show = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.ariaLabel = shown ? box.dataset.hide : box.dataset.show;
    };

    button.addEventListener("click", () => {
      const shown = input.type === "password";
      show(shown);
      said.textContent = `Password ${shown ? "shown" : "hidden"}`;
    });

    // Sent or left as a password, so no browser stores it as plain text.
    input.form.addEventListener("submit", () => show(false));
    addEventListener("pagehide", () => show(false));

    // A blur has no keys, so it clears the hint.
    const noticeCaps = (event) => {
      const text = event.getModifierState?.("CapsLock") ? "Caps Lock is on" : "";
      if (hint.textContent !== text) hint.textContent = text;
    };
    for (const type of ["keydown", "keyup", "blur"]) input.addEventListener(type, noticeCaps);

    show(false);
    box.append(button, said);
    box.after(hint);
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
  const { lang } = document.documentElement;
  const language = lang === "en" ? "en-GB" : lang;
  const format = (options) => new Intl.DateTimeFormat(language, options);
  const day = format({ dateStyle: "long" });
  const hour = format({ hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  for (const time of all("time")) {
    const date = new Date(time.dateTime);
    const exact = `${day.format(date)}, ${hour.format(date)}`;
    if (time.title) time.title = exact;
    if (!time.dataset.age) time.textContent = time.title ? day.format(date) : exact;
  }

  // Counts on from the server's time. The device's may be wrong.
  const words = new Intl.RelativeTimeFormat(language);
  const loaded = Date.now();
  setInterval(() => {
    for (const time of all("[data-age]")) {
      const minutes = time.dataset.age / 60 + (Date.now() - loaded) / 60000;
      const [size, unit] =
        minutes < 60 ? [1, "minute"] : minutes < 1440 ? [60, "hour"] : [1440, "day"];
      if (minutes >= 1) time.textContent = words.format(-Math.floor(minutes / size), unit);
    }
  }, 60000);
};

// A form can be sent again after a while, or a return to the page.
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

// Closes the account menu when the user leaves it, so that it does not cover the focused link.
const menu = () => {
  for (const details of all(".menu")) {
    const close = () => { details.open = false; };
    details.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !details.open) return;
      close();
      details.firstElementChild.focus();
    });
    details.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !details.contains(relatedTarget)) close();
    });
    addEventListener("click", ({ target }) => {
      if (!details.contains(target)) close();
    });
  }
};

// An error in one part stops no other.
for (const part of [doublePresses, passwordFields, copyToken, times, menu]) {
  try { part(); } catch {}
}
