// htmx puts in what the server sends by way of the page's own policy, and never runs a script in it.
import { policy } from "./markup.js";

const none = () => {
  throw new TypeError("Answers bring no scripts.");
};

// A browser without trusted types swaps as htmx does by itself.
if (policy) {
  window.htmx.registerExtension("portal", {
    init: (api) => api.initSecurity({ createHTML: (text) => policy.createHTML(text), createScript: none }),
  });
}
