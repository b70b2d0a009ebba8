// Shows a password, copies a token, hints at Caps Lock, shows local times, and sends a form once on a
// double press. Every page works without this file, which creates the controls that need it.
"use strict";

// ---- Password fields ----

const live = (tag, className) => {
  const element = document.createElement(tag);
  element.className = className;
  element.setAttribute("aria-live", "polite");
  return element;
};

const passwordFields = () => {
  for (const input of document.querySelectorAll(".secret input[type=password]")) {
    const box = input.parentElement;
    const said = live("span", "vh");
    const capsHint = live("p", "hint");

    const button = document.createElement("button");
    button.type = "button";
    button.className = "reveal";
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
    window.addEventListener("pagehide", () => show(false));

    const noticeCaps = (event) => {
      if (!event.getModifierState) return;
      const text = event.getModifierState("CapsLock") ? "Caps Lock is on" : "";
      if (capsHint.textContent !== text) capsHint.textContent = text;
    };
    input.addEventListener("keydown", noticeCaps);
    input.addEventListener("keyup", noticeCaps);
    input.addEventListener("blur", () => { capsHint.textContent = ""; });

    show(false);
    box.append(button, said);
    box.after(capsHint);
  }
};

// ---- A token that is shown once ----

const copyButton = () => {
  const copied = document.querySelector("[data-copy]");
  if (copied && navigator.clipboard) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reveal";
    button.textContent = "Copy";
    const said = live("span", "vh");
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

// ---- Times ----

const times = () => {
  const pageLanguage = document.documentElement.lang || "en";
  const language = (navigator.languages || []).find((one) => one.split("-")[0] === pageLanguage);
  const format = new Intl.DateTimeFormat(language || (pageLanguage === "en" ? "en-GB" : pageLanguage), {
    day: "numeric", month: "long", year: "numeric",
    hour: "numeric", minute: "2-digit", timeZoneName: "short",
  });

  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.getTime())) time.textContent = format.format(date);
  }
};

// ---- Double presses ----

// A form can be sent again after a return to the page, or after a while.
const doublePresses = () => {
  let sentAt = new WeakMap();
  window.addEventListener("pageshow", () => { sentAt = new WeakMap(); });

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const since = event.timeStamp - sentAt.get(event.target);
    if (since < 5000) event.preventDefault();
    else sentAt.set(event.target, event.timeStamp);
  });
};

// An error in one part, such as an odd browser language, does not stop the others.
for (const part of [doublePresses, passwordFields, copyButton, times]) {
  try {
    part();
  } catch {
    // The page works without it.
  }
}
