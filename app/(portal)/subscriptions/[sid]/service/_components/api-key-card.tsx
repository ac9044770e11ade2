"use client";

import { useState } from "react";
import { Eye, EyeOff, KeyRound, RotateCcw } from "lucide-react";
import { api } from "@/app/_client/api";
import { toApiError } from "@/app/_client/api-error";
import { useStepUp } from "@/app/_components/step-up/use-step-up";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { RelativeTime } from "@/lib/ui/relative-time";
import { useToast } from "@/lib/ui/toast";
import { useLiveSubscription } from "../../_components/live-subscription";

type Act = "show" | "rotate";

const WORDS: Record<Act, { title: string; submit: string; pending: string }> = {
  show: { title: "Show the API key?", submit: "Show the key", pending: "Showing it…" },
  rotate: { title: "Make a new API key?", submit: "Make a new key", pending: "Making it…" },
};

/** What systems join with: masked until somebody proves who they are. It is kept on this page alone, and gone when the page is left. */
export function ApiKeyCard() {
  const { id, instance, apiKey, may } = useLiveSubscription();
  const [shown, setShown] = useState<string | null>(null);
  const [pending, setPending] = useState<Act | null>(null);
  const { approve, dialog } = useStepUp();
  const toast = useToast();
  if (!instance || !may.useApiKey) return null;
  // Another key was made meanwhile, here or elsewhere: the one on screen opens nothing.
  const visible = shown !== null && (apiKey === null || shown.endsWith(apiKey.ending)) ? shown : null;

  async function ask(act: Act) {
    setPending(act);
    try {
      const { title, submit, pending: going } = WORDS[act];
      const answer = await approve({ ask: () => api.askApiKey(id, act), act: (proof) => api.apiKey(id, act, proof), title, words: { submit, pending: going } });
      if (answer) setShown(answer.apiKey);
    } catch (problem) {
      toast({ tone: "bad", title: "That didn’t work", description: toApiError(problem).message });
    } finally {
      setPending(null);
    }
  }

  return (
    <Card aria-labelledby="api-key" className="mt-6">
      <CardHeader title="API key" titleId="api-key" description="Storage systems ask to join with it. Each gets in only when an owner or an admin approves it." />
      <div className="grid gap-4 px-4 py-4 sm:px-5">
        <div className="flex min-w-0 items-center gap-3">
          <KeyRound aria-hidden="true" strokeWidth={1.5} className="size-6 shrink-0 text-faint" />
          {visible ? (
            <span className="flex min-w-0 items-center gap-1">
              <code className="code-text min-w-0 wrap-anywhere">{visible}</code>
              <CopyButton text={visible} what="API key" />
            </span>
          ) : (
            <span className="min-w-0">
              {apiKey ? (
                <>
                  <span className="code-text block">
                    <span aria-hidden="true">pck_••••••••••••••••</span>
                    <span className="sr-only">Hidden; it ends in </span>
                    {apiKey.ending}
                  </span>
                  <span className="block text-xs text-faint">
                    Made <RelativeTime iso={apiKey.createdAt} />
                  </span>
                </>
              ) : (
                <span className="text-muted">There is none yet: it is made when you show it first.</span>
              )}
            </span>
          )}
        </div>
        <div className="flex flex-wrap gap-2">
          {visible ? (
            <Button onClick={() => setShown(null)}>
              <EyeOff aria-hidden="true" className="size-4" /> Hide
            </Button>
          ) : (
            <Button pending={pending === "show"} onClick={() => void ask("show")}>
              <Eye aria-hidden="true" className="size-4" /> Show
            </Button>
          )}
          {(apiKey !== null || visible !== null) && (
            <Button tone="danger-quiet" pending={pending === "rotate"} onClick={() => void ask("rotate")}>
              <RotateCcw aria-hidden="true" className="size-4" /> Make a new one
            </Button>
          )}
        </div>
      </div>
      {dialog}
    </Card>
  );
}
