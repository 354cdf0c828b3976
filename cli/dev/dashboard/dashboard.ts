/**
 * The dashboard of `igniter dev --interactive`: draws a session, and does what keys say.
 *
 * @module
 */
import type { DevSession } from "../session_types.ts";
import { createKeyReader, type Key } from "./keys.ts";
import { createScreen } from "./screen.ts";
import { createState, type Effect, type Input, reduce } from "./state.ts";
import type { Snapshot } from "./tabs.ts";
import { processTerminal, takeOver, type Terminal } from "./terminal.ts";
import { render } from "./view.ts";

/** Milliseconds between two drawings, at least: thirty in a second are as many as an eye can follow. */
const FRAME = 33;
/** Milliseconds after which an Escape that nothing follows is the key of that name. */
const ESCAPE = 50;

/**
 * Shows a session until `q`, Ctrl-C, or its end by other means. Resolves when all that it started has ended; the terminal
 * is then as it was before.
 */
export async function runDashboard(session: DevSession, terminal: Terminal = processTerminal()): Promise<void> {
  const giveBack = takeOver(terminal);
  const failure = Promise.withResolvers<never>();
  // Ours, when nothing waits for it any more.
  failure.promise.catch(() => {});
  const stopShowing = show(session, terminal, failure.reject);
  try {
    await Promise.race([session.ended, failure.promise]);
  } finally {
    stopShowing();
    giveBack();
    // After a failure of ours the session still runs.
    await session.stop();
  }
}

/** Draws and listens. Returns how to stop that. */
function show(session: DevSession, terminal: Terminal, fail: (error: unknown) => void): () => void {
  const screen = createScreen(terminal);
  const looks = { colour: terminal.colour };
  let state = createState(terminal.size());
  let shown = true;
  let drawnAt = 0;
  let frame: ReturnType<typeof setTimeout> | undefined;

  const guarded = <Args extends unknown[]>(action: (...args: Args) => void) => (...args: Args) => {
    if (!shown) return;
    try {
      action(...args);
    } catch (error) {
      fail(error);
    }
  };
  const snapshot = (): Snapshot => {
    const { processes, events, startedAt } = session;
    return { processes, events, startedAt, now: Date.now() };
  };
  const draw = guarded(() => {
    frame = undefined;
    drawnAt = performance.now();
    screen.draw(render(state, snapshot(), looks));
  });
  const schedule = () => {
    frame ??= setTimeout(draw, Math.max(0, drawnAt + FRAME - performance.now()));
  };
  const take = (input: Input) => {
    const step = reduce(state, input, snapshot());
    state = step.state;
    if (step.effect !== undefined) perform(step.effect);
    schedule();
  };
  const perform = (effect: Effect) => {
    switch (effect.name) {
      case "quit":
        session.stop().catch(fail);
        break;
      case "restart":
        screen.invalidate();
        session.restart().catch(guarded((error: unknown) => {
          take({ name: "notice", text: toNotice("restart", error) });
        }));
        break;
      case "clear":
        session.clear(effect.target);
    }
  };
  const resize = guarded(() => {
    const size = terminal.size();
    if (size.columns === state.size.columns && size.rows === state.size.rows) return;
    screen.invalidate();
    take({ name: "resize", size });
  });

  const stops = [
    session.onChange(guarded(schedule)),
    terminal.onResize(resize),
    eachSecond(
      session.startedAt,
      guarded(() => {
        resize();
        schedule();
      }),
    ),
    readKeys(terminal, guarded(take), guarded(() => take({ name: "interrupt" })), fail),
    () => clearTimeout(frame),
  ];
  draw();
  return () => {
    shown = false;
    for (const stop of stops) stop();
  };
}

/** Calls when another second is full, counted from the beginning: a clock that is late by itself would skip one. */
function eachSecond(from: number, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    timer = setTimeout(() => {
      listener();
      wait();
    }, 1000 - ((Date.now() - from) % 1000));
  };
  wait();
  return () => clearTimeout(timer);
}

/** Reads keys until the input ends, which is as good as the key that ends all. */
function readKeys(
  terminal: Terminal,
  take: (key: Key) => void,
  ended: () => void,
  fail: (error: unknown) => void,
): () => void {
  const reader = createKeyReader();
  let stopped = false;
  let escape: ReturnType<typeof setTimeout> | undefined;
  const read = async () => {
    for await (const bytes of terminal.input()) {
      clearTimeout(escape);
      if (stopped) return;
      for (const key of reader.read(bytes)) take(key);
      if (reader.pending) escape = setTimeout(() => reader.flush().forEach(take), ESCAPE);
    }
    ended();
  };
  read().catch(fail);
  return () => {
    stopped = true;
    clearTimeout(escape);
  };
}

function toNotice(action: string, error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  return what.startsWith("Cannot ") ? what : `Cannot ${action}: ${what}`;
}
