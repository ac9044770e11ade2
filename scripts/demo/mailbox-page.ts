/** The inbox: mails on the left, newest first and without a reload; the chosen one on the right. */
import type { Page } from "@/scripts/demo/page";

const BODY = `
<header class="bar"><h1>Inbox</h1><p class="quiet small">Every mail that the demo's portal sends. <span id="state" role="status"></span></p></header>
<main>
<nav class="card" aria-label="Mails"><ol id="list"></ol><p id="empty" class="quiet">No mail yet. Add a client in the portal, and its code arrives here.</p></nav>
<article class="card" id="mail" aria-live="polite"><p class="quiet">Choose a mail to read it.</p></article>
</main>`;

const STYLE = `
html, body { height: 100%; }
body { display: flex; flex-direction: column; }
.bar { padding: 1rem 1.25rem .75rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(15rem, 24rem) 1fr; gap: 1rem; padding: 0 1.25rem 1.25rem; }
nav, article { overflow: auto; }
#list { list-style: none; margin: 0; padding: .4rem; }
#list button { display: grid; gap: .1rem; width: 100%; text-align: left; font-weight: 400; color: var(--ink); background: none; padding: .6rem .7rem; }
#list button:hover { background: var(--ground); filter: none; }
#list button[aria-current=true] { background: color-mix(in srgb, var(--accent) 14%, transparent); }
#list strong { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#list .row { display: flex; justify-content: space-between; gap: .75rem; }
#list .row span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#empty { padding: 1rem; }
article { padding: 1.25rem; display: flex; flex-direction: column; gap: .75rem; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 14px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
iframe { border: 1px solid var(--line); border-radius: 8px; background: #fff; flex: 1; min-height: 24rem; width: 100%; }
.tabs { display: flex; gap: .4rem; }
.tabs button { padding: .25rem .7rem; font-size: 13px; color: var(--ink); background: var(--ground); border: 1px solid var(--line); }
.tabs button[aria-pressed=true] { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
@media (max-width: 45rem) { html, body { height: auto; } main { grid-template-columns: 1fr; } nav { max-height: 45vh; } }
`;

const SCRIPT = `
"use strict";
const list = document.getElementById("list"), empty = document.getElementById("empty"), reader = document.getElementById("mail"), state = document.getElementById("state");
const mails = new Map();
let chosen = 0;
const make = (tag, text, className) => { const element = document.createElement(tag); if (text !== undefined) element.textContent = text; if (className) element.className = className; return element; };
const clock = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
function add(mail) {
  if (mails.has(mail.id)) return;
  mails.set(mail.id, mail);
  empty.hidden = true;
  const button = make("button"), row = make("span", undefined, "row quiet small");
  row.append(make("span", mail.to.join(", ")), make("time", clock(mail.receivedAt)));
  button.append(make("strong", mail.subject || "(no subject)"), row);
  button.addEventListener("click", () => open(mail.id));
  button.dataset.id = mail.id;
  const item = make("li");
  item.append(button);
  list.prepend(item);
}
function open(id) {
  chosen = id;
  const mail = mails.get(id);
  for (const button of list.querySelectorAll("button")) button.setAttribute("aria-current", String(Number(button.dataset.id) === id));
  const head = make("header");
  head.append(make("h1", mail.subject || "(no subject)"), make("p", "From " + mail.from + " to " + mail.to.join(", ") + ", " + new Date(mail.receivedAt).toLocaleString(), "quiet small"));
  const show = (form) => {
    const parts = [head];
    if (mail.html && mail.text) {
      const tabs = make("div", undefined, "tabs");
      for (const [name, label] of [["html", "As sent"], ["text", "Plain text"]]) {
        const tab = make("button", label);
        tab.setAttribute("aria-pressed", String(name === form));
        tab.addEventListener("click", () => show(name));
        tabs.append(tab);
      }
      parts.push(tabs);
    }
    if (form === "html") {
      const frame = make("iframe");
      frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
      frame.title = "The mail as sent";
      frame.src = "/messages/" + id + "/html";
      parts.push(frame);
    } else parts.push(make("pre", mail.text));
    reader.replaceChildren(...parts);
  };
  show(mail.html ? "html" : "text");
}
async function load() {
  const { messages } = await (await fetch("/api/messages")).json();
  for (const mail of messages.reverse()) add(mail);
  if (!chosen && messages.length) open(messages.at(-1).id);
}
const events = new EventSource("/events");
events.addEventListener("open", () => { state.textContent = ""; load(); });
events.addEventListener("error", () => { state.textContent = "The demo does not answer; trying again…"; });
events.addEventListener("mail", (event) => { const mail = JSON.parse(event.data); add(mail); open(mail.id); });
`;

export const INBOX_PAGE: Page = { title: "Inbox · Portcullis demo", body: BODY, style: STYLE, script: SCRIPT };
