"use client";

import { useId, useRef, useState } from "react";
import { FileUp } from "lucide-react";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { warrantyApi } from "@/app/_client/warranty-api";
import { Button } from "@/lib/ui/button";
import { formatCount } from "@/lib/ui/bytes";
import { Card, CardHeader } from "@/lib/ui/card";
import { Notice } from "@/lib/ui/notice";
import type { WarrantyImportView } from "@/lib/usecases/warranty-views";

type Outcome = { imported: WarrantyImportView; name: string } | { refused: ApiError; name: string };

/** Takes a CSV file: all of it, or nothing, with what is wrong on which line. */
export function ImportList({ onImported }: { onImported: () => Promise<void> }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [pending, setPending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  async function take(file: File) {
    setPending(true);
    setOutcome(null);
    try {
      setOutcome({ imported: await warrantyApi.importList(await file.text()), name: file.name });
      await onImported();
    } catch (problem) {
      setOutcome({ refused: toApiError(problem), name: file.name });
    } finally {
      setPending(false);
      // The same file, mended, can be chosen again.
      if (input.current) input.current.value = "";
    }
  }

  return (
    <Card aria-labelledby={`${id}-title`}>
      <CardHeader
        title="Import a list"
        titleId={`${id}-title`}
        description={
          <>
            A CSV file whose header names <span className="code-text">model, serial, start, end</span>; days like <span className="code-text">2027-03-01</span>. Known serial numbers get the model and days given now.
          </>
        }
        actions={
          <>
            <input
              ref={input}
              id={id}
              type="file"
              accept=".csv,text/csv"
              aria-label="CSV file"
              className="sr-only"
              tabIndex={-1}
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                if (file) void take(file);
              }}
            />
            <Button pending={pending} onClick={() => input.current?.click()}>
              {!pending && <FileUp aria-hidden="true" className="size-4" />}
              {pending ? "Importing…" : "Choose a file"}
            </Button>
          </>
        }
      />
      {outcome && (
        <div className="px-4 py-4 sm:px-5">
          {"imported" in outcome ? (
            <Notice tone="good" role="status" title={`${outcome.name} is imported`}>
              {formatCount(outcome.imported.added)} new, {formatCount(outcome.imported.changed)} changed, {formatCount(outcome.imported.unchanged)} as before.
            </Notice>
          ) : (
            <Notice tone="bad" role="alert" title={outcome.refused.message}>
              <Lines lines={outcome.refused.facts.lines ?? []} />
            </Notice>
          )}
        </div>
      )}
    </Card>
  );
}

function Lines({ lines }: { lines: { line: number; reason: string }[] }) {
  if (lines.length === 0) return null;
  return (
    <ol className="mt-2 grid max-h-72 gap-1 overflow-y-auto">
      {lines.map(({ line, reason }) => (
        <li key={`${line} ${reason}`} className="wrap-anywhere">
          <strong className="font-medium">Line {line}:</strong> {reason}
        </li>
      ))}
    </ol>
  );
}
