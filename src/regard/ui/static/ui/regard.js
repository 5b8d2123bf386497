// The few things a page does by itself. Every page works without this file.
(() => {
  "use strict";

  const SHORTCUTS = "regard-shortcuts";
  const shortcutsOn = () => localStorage.getItem(SHORTCUTS) !== "off";

  // The menu of a phone, and the filters of a list there.
  const toggle = (button) => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.getAttribute("aria-controls")).classList.toggle("is-open", open);
  };
  const TOGGLES = ".rg-menu-button, .rg-filter__button";

  document.addEventListener("click", (event) => {
    const button = event.target.closest(TOGGLES);
    if (button) toggle(button);
    if (event.target.closest("[data-shortcuts]")) {
      localStorage.setItem(SHORTCUTS, shortcutsOn() ? "off" : "on");
      showShortcuts();
    }
    if (event.target.closest("[data-print]")) window.print();
    for (const menu of document.querySelectorAll("details.rg-account[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A click on an error goes to its field: into it, not only beside it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".rg-errors__list a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.scrollIntoView({ block: "center" });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus();
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && shortcutsOn()) {
      const search = document.getElementById("site-search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });

  // A button that names a key is pressed by it, while nobody is writing.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
    if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !shortcutsOn()) return;
    const button = [...document.querySelectorAll("button[data-key]")].find((b) => b.dataset.key === event.key.toLowerCase());
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  const closeMenus = () => {
    for (const menu of document.querySelectorAll("details.rg-account[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const button = document.querySelector('.rg-menu-button[aria-expanded="true"]');
    if (button) {
      toggle(button);
      button.focus();
    }
  };

  // A single-key shortcut must be possible to turn off (WCAG 2.1.4).
  const showShortcuts = () => {
    for (const button of document.querySelectorAll("[data-shortcuts]")) {
      button.setAttribute("aria-pressed", String(shortcutsOn()));
    }
  };

  // After a form came back with errors the focus belongs on what is wrong.
  const focusErrors = (root) => {
    const summary = root.querySelector("[data-focus]");
    if (summary) summary.focus();
  };

  // A form that was sent waits: a second click must not send it twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("data-again")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A part of a page that could not be fetched says so, once, instead of doing nothing.
  const sayTrouble = (words) => {
    if (document.getElementById("trouble")) return;
    const alert = document.createElement("div");
    alert.id = "trouble";
    alert.className = "usa-alert usa-alert--error rg-messages";
    alert.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.className = "usa-alert__body";
    const text = document.createElement("p");
    text.className = "usa-alert__text";
    text.textContent = words;
    body.append(text);
    alert.append(body);
    document.getElementById("main").prepend(alert);
  };

  const watchPartials = (body) => {
    body.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));
    body.addEventListener("htmx:responseError", () =>
      sayTrouble("That did not work. Load the page again; what you sent may not have been saved."));
    body.addEventListener("htmx:sendError", () =>
      sayTrouble("Regard does not answer. Check your connection, then load the page again."));
    body.addEventListener("htmx:beforeSwap", (event) => {
      // Signed out meanwhile: the answer is the sign-in page, which does not belong into a part of this one.
      const address = event.detail.xhr.responseURL;
      if (address && new URL(address).pathname.startsWith("/accounts/login")) {
        event.detail.shouldSwap = false;
        window.location.reload();
      }
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    showShortcuts();
    focusErrors(document);
    watchPartials(document.body);
  });
})();
