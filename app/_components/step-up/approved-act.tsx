import { Notice } from "@/lib/ui/notice";
import type { StepUpView } from "@/lib/usecases/views";

/** The label of what isn't a fact but a consequence, as the portal's acts name it. */
const CONSEQUENCE = "What this means";

/** What is approved, in full: a person reads it here and, where a code is mailed, in the mail as well. */
export function ApprovedAct({ details }: { details: StepUpView["details"] }) {
  const facts = details.filter(({ label }) => label !== CONSEQUENCE);
  const consequences = details.filter(({ label }) => label === CONSEQUENCE);
  if (details.length === 0) return null;
  return (
    <div className="mb-5 grid gap-3">
      {facts.length > 0 && (
        <dl className="grid gap-x-4 gap-y-2 rounded-lg bg-sunken px-4 py-3.5 sm:grid-cols-[auto_minmax(0,1fr)]">
          {facts.map(({ label, value }) => (
            <div key={label} className="sm:contents">
              <dt className="text-sm whitespace-nowrap text-muted sm:leading-5.5">{label}</dt>
              <dd className="min-w-0 wrap-anywhere">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {consequences.map(({ value }) => (
        <Notice key={value} tone="warn">
          <span className="text-ink">{value}</span>
        </Notice>
      ))}
    </div>
  );
}
