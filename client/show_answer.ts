/**
 * `onResponse`: the application looks at answers. Loaded by the first call of a program that does.
 *
 * @module
 */
import type { OutgoingCall, RequestOptions } from "./options.ts";

/** A request as it was sent, and its answer. */
interface Answer extends OutgoingCall {
  readonly response: Response;
}

/**
 * Shows an answer to the application's functions, one after the other; gives what they made of it.
 *
 * @throws TypeError when one has read it.
 */
export async function showAnswer(
  hearers: readonly Pick<RequestOptions, "onResponse">[],
  answer: Answer,
  transmit: () => Promise<Answer>,
): Promise<Response> {
  let { response } = answer;
  const again = async () => (await transmit()).response;
  for (const { onResponse } of hearers) response = await onResponse?.({ ...answer, response, again }) ?? response;
  if (response.bodyUsed) throw new TypeError("Cannot read the answer: onResponse has read it, and not a clone()");
  return response;
}
