/**
 * The clock port: all waiting goes through it, so that tests own the time.
 *
 * @module
 */

/** Tells the time and waits. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `work` after `delay` milliseconds; gives back how to cancel. */
  schedule(work: () => void, delay: number): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: (): number => Date.now(),
  schedule: (work: () => void, delay: number): () => void => {
    const timer = setTimeout(work, delay);
    return () => clearTimeout(timer);
  },
};
