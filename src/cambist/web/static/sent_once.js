// A form that takes a while is sent once: its button rests and says what is going on.
"use strict";
for (const form of document.querySelectorAll("form[data-once]")) {
  const button = form.querySelector("button.main");
  const said = button.textContent;
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = form.dataset.once;
  });
  addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = said;
  });
}
