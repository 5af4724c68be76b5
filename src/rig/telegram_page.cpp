#include "rig/telegram_inbox.hpp"

namespace malin::rig {

namespace {

constexpr std::string_view page = R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inbox</title>
<style>
  :root { color-scheme: light dark; --paper: #e9edf1; --ink: #1c2733; --faint: #6b7a89; --hers: #ffffff; --his: #d8f0d2;
          --edge: rgba(20, 40, 60, .08); --accent: #3d7eaa; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #10171e; --ink: #e4ebf1; --faint: #8496a6; --hers: #1b2631; --his: #23442f;
            --edge: rgba(0, 0, 0, .3); --accent: #7db8de; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }
  header { position: sticky; top: 0; z-index: 1; padding: 12px 20px; background: var(--hers);
           box-shadow: 0 1px 0 var(--edge); }
  header b { font-weight: 600; }
  header p { margin: 0; min-height: 1.4em; font-size: 13px; color: var(--faint); }
  header p.busy { color: var(--accent); }
  main { max-width: 720px; margin: 0 auto; padding: 20px 16px 120px; display: flex; flex-direction: column; gap: 6px; }
  .day { align-self: center; margin: 14px 0 6px; font-size: 12px; color: var(--faint); }
  .message { max-width: 78%; align-self: flex-start; background: var(--hers); border-radius: 16px;
             border-bottom-left-radius: 5px; box-shadow: 0 1px 2px var(--edge); overflow: hidden; }
  .message.person { align-self: flex-end; background: var(--his); border-radius: 16px;
                    border-bottom-right-radius: 5px; }
  .message.deleted { opacity: .45; }
  .message img, .message video { display: block; max-width: 100%; max-height: 62vh; background: var(--edge); }
  .message p { margin: 0; padding: 8px 14px 2px; white-space: pre-wrap; overflow-wrap: anywhere; }
  .message a { display: block; padding: 10px 14px 0; color: var(--accent); }
  .message small { display: block; padding: 0 14px 7px; text-align: right; font-size: 11.5px; color: var(--faint); }
  .buttons { display: flex; gap: 6px; padding: 4px 10px 10px; }
  .buttons button { flex: 1; border-radius: 10px; }
  .empty { margin: 20vh auto; color: var(--faint); }
  form { position: fixed; inset: auto 0 0; padding: 12px 16px; background: var(--paper); }
  form div { max-width: 720px; margin: 0 auto; display: flex; gap: 8px; }
  input { flex: 1; padding: 10px 16px; border: 0; border-radius: 20px; background: var(--hers); color: inherit;
          font: inherit; }
  button { padding: 10px 18px; border: 0; border-radius: 20px; background: var(--accent); color: var(--hers);
           font: inherit; }
</style>
<header><b id="name">&nbsp;</b><p id="activity"></p></header>
<main id="messages"><p class="empty">Nothing here yet.</p></main>
<form id="say"><div><input id="text" placeholder="Message" autocomplete="off" aria-label="Message">
<button>Send</button></div></form>
<script>
const doing = {typing: 'is typing', upload_photo: 'is sending a photo', record_video: 'is recording a video',
               upload_video: 'is sending a video', upload_document: 'is sending a file'};
const drawn = new Map();
let shownDay = '';

function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function media(message) {
  const {url, width, height, name, thumbnail} = message.media;
  if (message.type === 'document') {
    const link = element('a', name || 'File');
    link.href = url;
    return link;
  }
  const video = message.type !== 'photo';
  const shown = element(video ? 'video' : 'img');
  shown.src = url;
  if (width && height) shown.style.aspectRatio = width + ' / ' + height;
  if (!video) { shown.alt = message.text || 'photo'; return shown; }
  shown.controls = message.type === 'video';
  shown.muted = shown.playsInline = true;
  shown.loop = shown.autoplay = message.type === 'animation';
  if (thumbnail) shown.poster = thumbnail;
  return shown;
}

function bubble(message) {
  const box = element('article', '', 'message ' + message.from + (message.deleted ? ' deleted' : ''));
  if (message.media) box.append(media(message));
  if (message.text) box.append(element('p', message.text));
  const time = new Date(message.date * 1000).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
  const marks = [message.deleted && 'deleted', message.edits && 'edited', time].filter(Boolean);
  for (const row of message.buttons) {
    const bar = element('div', '', 'buttons');
    for (const {text, callback_data} of row) {
      const button = element('button', text);
      button.onclick = () =>
        fetch('/press', {method: 'POST', body: JSON.stringify({message: message.id, data: callback_data})});
      bar.append(button);
    }
    box.append(bar);
  }
  box.append(element('small', marks.join(' \u00b7 ')));
  return box;
}

function draw(inbox) {
  document.title = inbox.bot.first_name;
  document.getElementById('name').textContent = inbox.bot.first_name;
  const activity = document.getElementById('activity');
  activity.textContent = inbox.activity ? (doing[inbox.activity] || inbox.activity) + ' \u2026'
                                        : 'in a chat with ' + inbox.chat.first_name;
  activity.className = inbox.activity ? 'busy' : '';
  const list = document.getElementById('messages');
  const atEnd = innerHeight + scrollY >= document.body.scrollHeight - 80;
  if (inbox.messages.length) list.querySelector('.empty')?.remove();
  for (const message of inbox.messages) {
    const now = JSON.stringify([message.text, message.edits, message.deleted, message.media?.id, message.buttons]);
    const before = drawn.get(message.id);
    if (before?.now === now) continue;
    const box = bubble(message);
    if (before) {
      before.box.replaceWith(box);
    } else {
      const day = new Date(message.date * 1000).toLocaleDateString([], {day: 'numeric', month: 'long'});
      if (day !== shownDay) list.append(element('div', shownDay = day, 'day'));
      list.append(box);
    }
    drawn.set(message.id, {now, box});
    if (atEnd) scrollTo(0, document.body.scrollHeight);
  }
}

async function look() {
  try {
    draw(await (await fetch('/inbox.json')).json());
  } catch {
    document.getElementById('activity').textContent = 'waiting for network \u2026';
  }
  setTimeout(look, 700);
}

document.getElementById('say').addEventListener('submit', event => {
  event.preventDefault();
  const text = document.getElementById('text');
  if (text.value) fetch('/say', {method: 'POST', body: text.value});
  text.value = '';
});
look();
</script>
</html>
)page";

}  // namespace

std::string_view inbox_page() { return page; }

}  // namespace malin::rig
