import { choiceOf, daysOffered, valueOf, type EndChoice } from "@/app/_client/end-choice";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Select } from "@/lib/ui/select";

interface EndFieldProps {
  label: string;
  value: EndChoice;
  onValueChange: (choice: EndChoice) => void;
  /** Days that a client gets at a time; null: any, also without an end. */
  maxDays: number | null;
  error?: string | null;
  autoFocus?: boolean;
}

/** When a client's access ends. */
export function EndField({ label, value, onValueChange, maxDays, error, autoFocus }: EndFieldProps) {
  const date = value.kind === "date" ? value.date : "";
  return (
    <Field id="access-end" label={label} error={error} hint={maxDays === null ? undefined : `A client gets at most ${maxDays} ${maxDays === 1 ? "day" : "days"} at a time here. It can be extended.`}>
      {(ids) => (
        <span className="grid gap-2 sm:grid-cols-2">
          <Select {...ids} autoFocus={autoFocus} value={valueOf(value)} onChange={(event) => onValueChange(choiceOf(event.currentTarget.value, date))}>
            <option value="none">{maxDays === null ? "Never" : `In ${maxDays} ${maxDays === 1 ? "day" : "days"}`}</option>
            {daysOffered(maxDays).map((days) => (
              <option key={days} value={days}>
                {days === 365 ? "In a year" : `In ${days} ${days === 1 ? "day" : "days"}`}
              </option>
            ))}
            <option value="date">On a day…</option>
          </Select>
          {value.kind === "date" && (
            <Input type="date" aria-label="Last day of access" required value={date} onChange={(event) => onValueChange({ kind: "date", date: event.currentTarget.value })} />
          )}
        </span>
      )}
    </Field>
  );
}
