/**
 * What the port says about messages.
 *
 * @module
 */
import { equal, numbers, rejects, roundTrip, show, until } from "./testing_checks.ts";
import { carried, listen, type Listener, refused, type Test } from "./testing_store_kit.ts";

/** Publishing and subscribing. */
export function testMessages(test: Test): void {
  test("a subscriber receives the messages of its channel, with the channel's name", async ({ store, timeout }) => {
    const heard: unknown[][] = [];
    await store.subscribe("news", (...message) => heard.push(message));
    await store.publish("other", "for others");
    await store.publish("news", { id: 1 });
    await store.publish("new", "for others");
    await store.publish("news", { id: 2 });
    await until(() => heard.length >= 2, () => `two messages; heard ${show(heard)}`, timeout);
    equal(heard, [[{ id: 1 }, "news"], [{ id: 2 }, "news"]], "what the subscriber was called with");
  });

  test("a subscriber receives messages from its subscription on", async ({ store, timeout }) => {
    const early = await listen(store, "news", timeout);
    await store.publish("news", "before");
    const late = await listen(store, "news", timeout);
    await store.publish("news", "after");
    await early.heard("before", "after");
    await late.heard("after");
  });

  test("publish() to a channel without subscribers is no error", async ({ store }) => {
    await store.publish("nobody", 1);
  });

  test("any string is a channel, and none is a pattern", async ({ store, timeout }) => {
    const channels = ["*", "n?ws", "n[e]ws", "news*", "", "__proto__", "ação 🦕", "a:b"];
    const listeners: Listener[] = [];
    for (const channel of channels) listeners.push(await listen(store, channel, timeout));
    await store.publish("news", "for nobody");
    for (const channel of channels) await store.publish(channel, `to ${channel}`);
    for (const [index, channel] of channels.entries()) await listeners[index]?.heard(`to ${channel}`);
  });

  test("messages arrive as JSON gives them back", async ({ store, timeout }) => {
    const news = await listen(store, "news", timeout);
    for (const message of carried()) await store.publish("news", message);
    await news.heard(...carried().map(roundTrip));
  });

  test("publish() refuses what JSON cannot carry", async ({ store, timeout }) => {
    const news = await listen(store, "news", timeout);
    for (const [what, message] of refused()) {
      await rejects(() => store.publish("news", message), TypeError, `publish() of ${what}`);
      await rejects(() => store.publish("nobody", message), TypeError, `publish() of ${what} to nobody`);
    }
    await store.publish("news", "good");
    await news.heard("good");
  });

  test("messages arrive in the order of publishing, at every subscriber", async ({ store, timeout }) => {
    const first = await listen(store, "news", timeout);
    const second = await listen(store, "news", timeout);
    for (const number of numbers(50)) await store.publish("news", number);
    await first.heard(...numbers(50));
    await second.heard(...numbers(50));
  });

  test("each subscriber has its own copy of a message", async ({ store, timeout }) => {
    await store.subscribe("news", (message) => (message as { list: number[] }).list.push(2));
    const news = await listen(store, "news", timeout);
    const message = { list: [1] };
    await store.publish("news", message);
    message.list.push(3);
    await news.heard({ list: [1] });
  });

  test("a subscriber that throws or rejects harms no other, nor itself", async ({ store, timeout }) => {
    const failing: unknown[] = [];
    const before = await listen(store, "news", timeout);
    await store.subscribe("news", (message) => {
      failing.push(message);
      throw new Error("thrown by a subscriber of the contract suite, on purpose");
    });
    await store.subscribe("news", () => Promise.reject(new Error("rejected in the contract suite, on purpose")));
    const after = await listen(store, "news", timeout);
    const elsewhere = await listen(store, "weather", timeout);
    await store.publish("news", 1);
    await store.publish("news", 2);
    await store.publish("weather", 3);
    await before.heard(1, 2);
    await after.heard(1, 2);
    await elsewhere.heard(3);
    await until(() => failing.length >= 2, () => `two calls of the one that throws; got ${show(failing)}`, timeout);
    equal(failing, [1, 2], "what the throwing subscriber received");
  });

  test("a subscriber may use the store", async ({ store, timeout }) => {
    const answers = await listen(store, "answers", timeout);
    await store.subscribe("questions", async (message) => {
      await store.set("asked", message);
      await store.publish("answers", `answer to ${message}`);
    });
    await store.publish("questions", "why");
    await answers.heard("answer to why");
    equal(await store.get("asked"), "why", "get() of what the subscriber kept");
  });
}

/** That a message does not arrive is told by a later one that does, as a channel's messages keep their order. */
export function testUnsubscribing(test: Test): void {
  test("subscribe() gives back how to stop that subscription", async ({ store, timeout }) => {
    const stopped = await listen(store, "news", timeout);
    const kept = await listen(store, "news", timeout);
    await store.publish("news", 1);
    await stopped.heard(1);
    await stopped.stop();
    await stopped.stop();
    await store.publish("news", 2);
    await store.publish("news", 3);
    await kept.heard(1, 2, 3);
    await stopped.heard(1);
  });

  test("unsubscribe() with a subscriber ends its subscription to that channel only", async ({ store, timeout }) => {
    const ended = await listen(store, "news", timeout);
    await store.subscribe("weather", ended.subscriber);
    const kept = await listen(store, "news", timeout);
    await store.unsubscribe("news", ended.subscriber);
    await store.publish("news", 1);
    await store.publish("news", 2);
    await kept.heard(1, 2);
    await store.publish("weather", "rain");
    await ended.heard("rain");
    await ended.stop();
  });

  test("unsubscribe() without a subscriber ends all of the channel", async ({ store, timeout }) => {
    const first = await listen(store, "news", timeout);
    const second = await listen(store, "news", timeout);
    const elsewhere = await listen(store, "weather", timeout);
    await store.unsubscribe("news");
    await store.publish("news", "to nobody");
    const again = await listen(store, "news", timeout);
    await store.publish("news", 1);
    await first.stop();
    await store.publish("news", 2);
    await store.publish("weather", "rain");
    await again.heard(1, 2);
    await elsewhere.heard("rain");
    await first.heard();
    await second.heard();
  });

  test("unsubscribe() of what is not subscribed is no error", async ({ store, timeout }) => {
    const news = await listen(store, "news", timeout);
    await store.unsubscribe("nobody");
    await store.unsubscribe("nobody", () => {});
    await store.unsubscribe("news", () => {});
    await store.publish("news", 1);
    await news.heard(1);
  });

  test("the same function subscribed twice is two subscriptions", async ({ store, timeout }) => {
    const twice = await listen(store, "news", timeout);
    const stopSecond = await store.subscribe("news", twice.subscriber);
    const marker = await listen(store, "news", timeout);
    await store.publish("news", 1);
    await twice.heard(1, 1);
    await stopSecond();
    await stopSecond();
    await store.publish("news", 2);
    await twice.heard(1, 1, 2);
    await store.subscribe("news", twice.subscriber);
    await store.unsubscribe("news", twice.subscriber);
    await store.publish("news", 3);
    await marker.heard(1, 2, 3);
    await twice.heard(1, 1, 2, 3);
    await store.unsubscribe("news", twice.subscriber);
    const last = await listen(store, "news", timeout);
    await store.publish("news", 4);
    await last.heard(4);
    await twice.heard(1, 1, 2, 3);
  });
}
