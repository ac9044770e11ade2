"use client";

import { useEffect, useState } from "react";
import { Check, Copy } from "lucide-react";
import { Button, IconButton, type ButtonSize, type ButtonTone } from "./button";
import { copyText } from "./clipboard";
import { Tooltip } from "./tooltip";

const SHOWN_MS = 2000;

interface CopyButtonProps {
  text: string;
  /** What is copied: "public key". */
  what: string;
  /** Visible words; without them, an icon alone. */
  children?: string;
  tone?: ButtonTone;
  size?: ButtonSize;
  className?: string;
  onCopied?: () => void;
}

/** Copies text and says so where it was pressed. */
export function CopyButton({ text, what, children, tone, size = "sm", className, onCopied }: CopyButtonProps) {
  const [result, setResult] = useState<"copied" | "refused" | null>(null);

  useEffect(() => {
    if (result === null) return;
    const timer = setTimeout(() => setResult(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);

  async function copy() {
    const copied = await copyText(text);
    setResult(copied ? "copied" : "refused");
    if (copied) onCopied?.();
  }

  const said = result === "copied" ? `Copied the ${what}` : result === "refused" ? "The browser refused to copy. Select the text and copy it by hand." : "";
  const icon = result === "copied" ? <Check aria-hidden="true" className="size-4 text-good" /> : <Copy aria-hidden="true" className="size-4" />;
  return (
    <>
      {children ? (
        <Button tone={tone} size={size} className={className} onClick={() => void copy()}>
          {icon}
          {result === "copied" ? "Copied" : children}
        </Button>
      ) : (
        <Tooltip content={`Copy ${what}`}>
          <IconButton label={`Copy ${what}`} tone={tone} size={size} className={className} onClick={() => void copy()}>
            {icon}
          </IconButton>
        </Tooltip>
      )}
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}
