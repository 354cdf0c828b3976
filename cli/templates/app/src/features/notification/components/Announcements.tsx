import { api } from "../../../igniter.client.ts";

/** Shows what was announced last. */
export function Announcements() {
  const { data } = api.notifications.stream.useStream();
  // The region is always there: a screen reader reads what comes into it, when it has nothing else to say.
  return (
    <div role="status" className="announcements">
      {data && (
        <p key={data.at.getTime()} className="notice news">
          {data.text} <time dateTime={data.at.toISOString()}>{data.at.toLocaleTimeString()}</time>
        </p>
      )}
    </div>
  );
}
