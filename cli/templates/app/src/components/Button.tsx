import type { ButtonHTMLAttributes, MouseEvent } from "react";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  readonly type: "button" | "submit";
  /** Whether pressing it does nothing for now. */
  readonly isOff?: boolean;
}

/** A button that keeps the focus while it is off, which `disabled` would take: nobody on a keyboard has to look for it. */
export function Button({ isOff = false, onClick, ...button }: ButtonProps) {
  const handleClick = (event: MouseEvent<HTMLButtonElement>) => {
    if (isOff) event.preventDefault();
    else onClick?.(event);
  };
  return <button aria-disabled={isOff} onClick={handleClick} {...button} />;
}
