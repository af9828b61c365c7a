// A message that comes while the page is open gets the same way to a flag or a visit as the others.

document.addEventListener("message-arrived", ({ detail: { frame } }) => {
  const template = document.querySelector("template[data-turned-template]");
  const message = document.getElementById(`m-${frame.id}`);
  if (!template || !message || frame.author.role !== "patient") return;
  if (message.nextElementSibling?.matches(".turned")) return;
  const way = template.content.firstElementChild.cloneNode(true);
  way.querySelector("a").href = `/inbox/messages/${frame.id}/turn`;
  message.after(way);
});
