"use client";

import { RotateCw } from "lucide-react";
import { Button } from "@/lib/ui/button";
import { CopyButton } from "@/lib/ui/copy-button";
import { GateGlyph } from "./gate-glyph";

/** What a page shows when it couldn't be made: plain words, a way on, and a reference that the log has as well. */
export function Failure({ reference, onRetry }: { reference: string | null; onRetry: () => void }) {
  return (
    <div role="alert" className="mx-auto max-w-md text-center">
      <GateGlyph position="stuck" className="mx-auto mb-5 size-12 text-faint" />
      <h1 className="text-2xl font-semibold">This page got stuck</h1>
      <p className="mt-2 text-muted">Something went wrong on our side. Nothing of yours was changed by it. Try again; if it happens again, tell the operator and give the reference.</p>
      <Button tone="primary" className="mt-6" onClick={onRetry}>
        <RotateCw aria-hidden="true" className="size-4" />
        Try again
      </Button>
      {reference && (
        <p className="mt-6 flex items-center justify-center gap-1 text-sm text-muted">
          Reference <code className="code-text font-medium text-ink">{reference}</code>
          <CopyButton text={reference} what="reference" />
        </p>
      )}
    </div>
  );
}
