// The SDK of LM Studio, which we did not write, against the rig. MALIN_RIG names the rig's rig.json.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

// The SDK of the folder that the tests are started in.
const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { LMStudioClient } = await import(pathToFileURL(require.resolve("@lmstudio/sdk")));

const rig = JSON.parse(readFileSync(process.env.MALIN_RIG, "utf8"));
const key = "gemma-3-4b";
const limit = { timeout: 30_000 }; // A reply that fails the SDK's schema is never answered at all.
let client;

before(() => {
  client = new LMStudioClient({ baseUrl: rig.lmstudio.websocket, verboseErrorMessages: false });
});

after(() => client[Symbol.asyncDispose]?.());

async function make_room() {
  for (const model of await client.llm.listLoaded()) await client.llm.unload(model.identifier);
}

test("the downloaded models are listed", limit, async () => {
  const models = await client.system.listDownloadedModels();
  assert.ok(models.some((model) => model.modelKey === key && model.vision));
  assert.ok(models.some((model) => model.type === "embedding"));
});

test("a load with identifier and config can be read back and makes a model that speaks", limit, async () => {
  await make_room();
  const progress = [];
  const model = await client.llm.load(key, {
    identifier: "small",
    ttl: 600,
    config: { contextLength: 2048, flashAttention: false, gpu: { ratio: 0.5 } },
    onProgress: (share) => progress.push(share),
  });
  assert.equal(model.identifier, "small");
  assert.ok(progress.length > 1 && progress.at(-1) === 1);

  const loaded = await client.llm.listLoaded();
  assert.deepEqual(loaded.map((each) => each.identifier), ["small"]);
  const info = await model.getModelInfo();
  assert.equal(info.modelKey, key);
  assert.equal(info.contextLength, 2048);
  const config = await model.getLoadConfig(); // Version 1.5 gives the fields as they came.
  const fields = new Map((config.fields ?? []).map(({ key, value }) => [key, value]));
  assert.equal(config.contextLength ?? fields.get("llm.load.contextLength"), 2048);
  assert.equal(config.flashAttention ?? fields.get("llm.load.llama.flashAttention"), false);
  assert.equal(config.gpu?.ratio ?? fields.get("llm.load.llama.acceleration.offloadRatio"), 0.5);

  const prediction = model.respond([{ role: "user", content: "How was your day?" }]);
  const fragments = [];
  for await (const fragment of prediction) fragments.push(fragment.content);
  const result = await prediction.result();
  assert.ok(fragments.length > 5);
  assert.equal(result.content, fragments.join(""));
  assert.equal(result.stats.stopReason, "eosFound");
  assert.equal(result.modelInfo.identifier, "small");

  const short = await model.respond("Ping", { maxTokens: 1 });
  assert.equal(short.stats.predictedTokensCount, 1);
  assert.equal(short.stats.stopReason, "maxPredictedTokensReached");
});

test("an identifier in use is an error, not a second copy", limit, async () => {
  await assert.rejects(client.llm.load(key, { identifier: "small" }), /already in use/);
  assert.equal((await client.llm.listLoaded()).length, 1);
});

test("a load can be cancelled", limit, async () => {
  const stop = new AbortController();
  const loading = client.llm.load("qwen3-vl-8b", {
    identifier: "eyes",
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await assert.rejects(loading);
  assert.equal((await client.llm.listLoaded()).length, 1);
});

test("an unload in mid-reply cuts it", limit, async () => {
  const model = await client.llm.model("small");
  const prediction = model.respond("Tell me something long.");
  await assert.rejects(async () => {
    let unloading;
    for await (const fragment of prediction) {
      assert.ok(fragment.content.length > 0);
      unloading ??= client.llm.unload("small");
    }
    await unloading;
  });
  assert.deepEqual(await client.llm.listLoaded(), []);
  await assert.rejects(client.llm.unload("small"));
});

test("a model asked for by key is loaded just in time", limit, async () => {
  const model = await client.llm.model(key);
  assert.equal(model.identifier, key);
  await model.unload();
});
