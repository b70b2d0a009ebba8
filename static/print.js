// Adds a button that prints the page, where a template leaves room for it.
"use strict";

for (const place of document.querySelectorAll("[data-print]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button second";
  button.textContent = "Print";
  button.addEventListener("click", () => print());
  place.append(button);
}
