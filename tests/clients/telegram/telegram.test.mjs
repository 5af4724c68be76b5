// A client of Telegram's Bot API that we did not write, against the rig. MALIN_RIG names the rig's rig.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { Api, GrammyError, InlineKeyboard, InputFile, InputMediaBuilder } from "grammy";

const rig = JSON.parse(readFileSync(process.env.MALIN_RIG, "utf8"));
const limit = { timeout: 30_000 };
const api = new Api(rig.telegram.token, { apiRoot: rig.telegram.url });
const chat = rig.telegram.chat;

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

// A grey picture, `shade` 0..255.
function png(width, height, shade) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  const rows = Buffer.alloc((width + 1) * height, shade);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

async function inbox() {
  return (await fetch(`${rig.telegram.url}/inbox.json`)).json();
}

test("the bot knows itself", limit, async () => {
  const me = await api.getMe();
  assert.equal(me.is_bot, true);
  assert.ok(me.username.endsWith("bot"));
});

test("a photo arrives in ascending sizes and can be downloaded", limit, async () => {
  const bytes = png(640, 480, 90);
  const message = await api.sendPhoto(chat, new InputFile(bytes, "p.png"), { caption: "one" });
  assert.equal(message.caption, "one");
  assert.equal(message.photo.at(-1).width, 640);
  assert.ok(message.photo[0].width < message.photo.at(-1).width);
  const file = await api.getFile(message.photo.at(-1).file_id);
  const back = await fetch(`${rig.telegram.url}/file/bot${rig.telegram.token}/${file.file_path}`);
  assert.deepEqual(Buffer.from(await back.arrayBuffer()), bytes);
});

test("a status line becomes the photo", limit, async () => {
  const before = (await inbox()).messages.length;
  const line = await api.sendMessage(chat, "taking your photo, back in a sec");
  const media = () => InputMediaBuilder.photo(new InputFile(png(300, 400, 160), "s.png"), { caption: "here" });
  const edited = await api.editMessageMedia(chat, line.message_id, media());
  assert.equal(edited.message_id, line.message_id);
  assert.ok(edited.edit_date);
  await assert.rejects(api.editMessageMedia(chat, line.message_id, media()), (error) => {
    assert.ok(error instanceof GrammyError);
    return error.description.startsWith("Bad Request: message is not modified");
  });
  assert.equal((await inbox()).messages.length, before + 1);
});

test("a video keeps its measures, and its thumbnail", limit, async () => {
  const message = await api.sendVideo(chat, new InputFile(Buffer.from("video"), "v.mp4"), {
    duration: 3, width: 480, height: 832, supports_streaming: true, thumbnail: new InputFile(png(90, 160, 20), "t.png"),
  });
  assert.equal(message.video.duration, 3);
  assert.equal(message.video.height, 832);
  assert.equal(message.video.thumbnail.width, 90);
});

test("a group of two is one album", limit, async () => {
  const messages = await api.sendMediaGroup(chat, [
    InputMediaBuilder.photo(new InputFile(png(50, 50, 1), "a.png"), { caption: "one" }),
    InputMediaBuilder.video(new InputFile(Buffer.from("album"), "b.mp4")),
  ]);
  assert.equal(messages.length, 2);
  assert.equal(messages[0].media_group_id, messages[1].media_group_id);
});

test("an unknown chat is refused by name", limit, async () => {
  await assert.rejects(api.sendMessage(1, "x"), { error_code: 400, description: "Bad Request: chat not found" });
});

// The person's hands, at the rig's control port.
async function person(deed, body) {
  const answer = await fetch(`${rig.control.url}/telegram/${deed}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
}

test("the person writes and presses; one bot reads", { ...limit, skip: !rig.control }, async () => {
  const commands = [{ command: "selfie", description: "a selfie" }];
  await api.setMyCommands(commands, { scope: { type: "chat", chat_id: chat } });
  assert.deepEqual(await api.getMyCommands({ scope: { type: "chat", chat_id: chat } }), commands);
  await person("say", { text: "/selfie at the window" });
  const [said] = await api.getUpdates({ timeout: 5 });
  assert.equal(said.message.text, "/selfie at the window");
  assert.equal(said.message.chat.id, chat);

  const keyboard = new InlineKeyboard().text("Cancel", "cancel j-1");
  const line = await api.sendMessage(chat, "taking your photo", { reply_markup: keyboard });
  assert.equal(line.reply_markup.inline_keyboard[0][0].callback_data, "cancel j-1");
  await person("press", { message: line.message_id, data: "cancel j-1" });
  const [pressed] = await api.getUpdates({ offset: said.update_id + 1, timeout: 5 });
  assert.equal(pressed.callback_query.data, "cancel j-1");
  assert.equal(await api.answerCallbackQuery(pressed.callback_query.id, { text: "done" }), true);
  assert.equal((await api.editMessageText(chat, line.message_id, "never mind")).reply_markup, undefined);

  const first = api.getUpdates({ offset: pressed.update_id + 1, timeout: 5 });
  const refused = assert.rejects(first, { error_code: 409 });
  while (!(await (await fetch(`${rig.control.url}/state`)).json()).telegram.is_read);
  await api.getUpdates({ offset: pressed.update_id + 1, timeout: 1 });
  await refused;
});

test("too many requests say how long to wait", { ...limit, skip: !rig.control }, async () => {
  const fault = { name: "telegram.too_many", times: 1, amount: 2, text: "sendMessage" };
  const set = await fetch(`${rig.control.url}/faults`, { method: "POST", body: JSON.stringify(fault) });
  assert.equal(set.status, 200);
  await assert.rejects(api.sendMessage(chat, "x"), (error) => {
    assert.equal(error.error_code, 429);
    return error.parameters.retry_after === 2;
  });
});
