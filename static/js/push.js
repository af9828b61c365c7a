// "Turn on for this device": asks the browser, then tells the portal where to push. Nothing here runs
// by itself: a browser asks its person only after they pressed the button.

import { _ } from "./words.js";

const box = document.querySelector("[data-push]");
const says = box?.querySelector("[data-push-says]");

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    return _("Your browser does not allow notes from here. You can change that in its settings.");
  }
  const worker = await navigator.serviceWorker.ready;
  const given = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(box.dataset.pushKey),
  });
  const { endpoint, keys } = given.toJSON();
  const body = new URLSearchParams({ csrf: box.dataset.csrf, endpoint, ...keys });
  const answer = await fetch("/account/notices/devices", { method: "POST", body });
  if (answer.ok) return location.reload();
  await given.unsubscribe();
  return _("This device cannot be reached. Choose e-mail instead.");
}

if (box && "PushManager" in window && "serviceWorker" in navigator) {
  box.hidden = false;
  box.querySelector("[data-push-on]").addEventListener("click", async () => {
    says.textContent = _("Asking your browser");
    says.textContent = (await turnOn().catch(() => _("That did not work. Try again later."))) ?? "";
  });
}
