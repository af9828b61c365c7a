// The way to correct or withdraw one's own message stands under it for as long as that can be done.
// The server decides; here the link only comes and goes.

const MINUTE = 60_000;

const lastingOf = (list) => Number(list.dataset.changeMinutes) * MINUTE;

/** Puts the link under a message that was just sent from here. */
export function offerChange(list, message) {
  if (document.querySelector(`[data-change="${message.id.slice(2)}"]`)) return;
  const offer = document.querySelector("template[data-change-template]").content.firstElementChild.cloneNode(true);
  const id = message.id.slice(2);
  offer.dataset.change = id;
  if (message.classList.contains("note")) offer.classList.add("change--notes");
  offer.querySelector("a").href = `/conversations/${message.dataset.conversation}/messages/${id}/change`;
  message.after(offer);
  setTimeout(() => offer.remove(), lastingOf(list));
}

/** The links that came with the page go when their time is over. */
export function endOffers(list) {
  for (const offer of list.querySelectorAll("[data-change][data-seconds]")) {
    setTimeout(() => offer.remove(), Number(offer.dataset.seconds) * 1000);
  }
}
