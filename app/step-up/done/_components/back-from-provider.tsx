"use client";

import { useEffect } from "react";
import { CircleAlert, ShieldCheck } from "lucide-react";
import { tellOpener, whyNotSignedInAgain } from "@/app/_client/step-up-provider";
import { Card } from "@/lib/ui/card";

/** Tells the page that waits, and closes; where the browser keeps it open, it says where to go on. */
export function BackFromProvider({ error }: { error: string | null }) {
  useEffect(() => {
    if (tellOpener(error)) window.close();
  }, [error]);

  const Icon = error === null ? ShieldCheck : CircleAlert;
  return (
    <Card className="grid w-full max-w-sm justify-items-center gap-3 p-6 text-center">
      <Icon aria-hidden="true" className={error === null ? "size-8 text-good" : "size-8 text-bad"} strokeWidth={1.5} />
      <h1 className="text-lg font-semibold">{error === null ? "Your provider confirmed that it’s you" : "That didn’t work"}</h1>
      <p className="text-muted">{error === null ? "Go back to the window where you were: it goes on there by itself. You can close this one." : `${whyNotSignedInAgain(error)} Close this window to go back.`}</p>
    </Card>
  );
}
