import { Button } from "./Button.tsx";

/** A failure, as the client gives it. */
interface Failure {
  readonly code: string;
  readonly message: string;
}

interface FailureNoticeProps {
  readonly failure: Failure;
  /** Tries again; without it there is no button. */
  readonly onRetry?: () => unknown;
  /** Whether it is being tried. */
  readonly isRetrying?: boolean;
}

/** Says what failed, at once also to a screen reader. */
export function FailureNotice({ failure, onRetry, isRetrying = false }: FailureNoticeProps) {
  return (
    <div role="alert" className="notice failure">
      <p>{failure.code === "ERR_NETWORK" ? "The server cannot be reached." : failure.message}</p>
      {onRetry && (
        <Button type="button" className="quiet" isOff={isRetrying} onClick={() => onRetry()}>
          {isRetrying ? "Trying…" : "Try again"}
        </Button>
      )}
    </div>
  );
}
