import type { ReactNode } from "react";
import { CircleAlert } from "lucide-react";

interface FieldIds {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FieldProps {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Said in words beside the field, and announced. */
  error?: ReactNode;
  /** At the end of the label's line, such as a counter. */
  aside?: ReactNode;
  children: (ids: FieldIds) => ReactNode;
}

/** A label, its control, and what helps or went wrong, tied together for assistive technology. */
export function Field({ id, label, hint, error, aside, children }: FieldProps) {
  const described = [error ? `${id}-error` : null, hint ? `${id}-hint` : null].filter((part) => part !== null).join(" ");
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="text-base font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      <div role="alert" id={`${id}-error`} className={error ? "flex items-start gap-1.5 text-sm text-bad" : "hidden"}>
        {error && <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />}
        <span>{error}</span>
      </div>
      {hint && (
        <div id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </div>
      )}
    </div>
  );
}
