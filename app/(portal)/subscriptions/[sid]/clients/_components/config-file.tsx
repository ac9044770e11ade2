"use client";

import { useState } from "react";
import { Check, Download, Eye, EyeOff, FileKey2, LockKeyhole } from "lucide-react";
import { Button } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { CopyButton } from "@/lib/ui/copy-button";
import { cx } from "@/lib/ui/cx";
import { downloadText } from "@/lib/ui/download";
import { Pill } from "@/lib/ui/pill";
import { QrCode } from "@/lib/ui/qr-code";

interface ConfigFileProps {
  config: string;
  /** Without ".conf". */
  fileName: string;
  /** Holds its private key; without one it is not for scanning. */
  complete: boolean;
  saved: boolean;
  onSaved: () => void;
}

/** The config, to be taken along: as a file, as a QR code, or as text. */
export function ConfigFile({ config, fileName, complete, saved, onSaved }: ConfigFileProps) {
  const [shown, setShown] = useState(false);
  const file = `${fileName}.conf`;
  return (
    <Card aria-labelledby="config-title">
      <div className={cx("grid gap-6 px-4 py-5 sm:px-5", complete && "sm:grid-cols-[minmax(0,1fr)_auto]")}>
        <div className="flex min-w-0 flex-col">
          <div className="flex items-center gap-3">
            <FileKey2 aria-hidden="true" strokeWidth={1.5} className="size-8 shrink-0 text-accent" />
            <div className="min-w-0">
              <h2 id="config-title" className="code-text text-lg font-semibold">
                {file}
              </h2>
              <p className="text-sm text-muted">For one machine only. Don’t mail it around.</p>
            </div>
            {saved && (
              <Pill tone="good" className="ml-auto">
                <Check aria-hidden="true" className="size-3" /> Saved
              </Pill>
            )}
          </div>
          <div className="mt-5 grid gap-2">
            <Button
              tone="primary"
              size="lg"
              onClick={() => {
                downloadText(file, config);
                onSaved();
              }}
            >
              <Download aria-hidden="true" className="size-4.5" />
              Download
            </Button>
            <div className="grid grid-cols-2 gap-2">
              <CopyButton text={config} what="config" tone="secondary" size="md" onCopied={onSaved}>
                Copy
              </CopyButton>
              <Button aria-expanded={shown} aria-controls="config-text" onClick={() => setShown(!shown)}>
                {shown ? <EyeOff aria-hidden="true" className="size-4" /> : <Eye aria-hidden="true" className="size-4" />}
                {shown ? "Hide text" : "Show text"}
              </Button>
            </div>
          </div>
          <p className="mt-5 flex gap-2.5 text-sm text-muted sm:mt-auto sm:pt-5">
            <LockKeyhole aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-faint" />
            <span>
              {complete
                ? "The private key never left this browser, and the portal doesn’t have it. So this can’t be shown again: if it gets lost, replace the client’s key."
                : config.includes("PresharedKey")
                  ? "Your private key stays on your machine. The preshared key in this config was made in this browser, and can’t be shown again."
                  : "Your private key stays on your machine."}
            </span>
          </p>
        </div>
        {complete && (
          <figure className="grid justify-items-center gap-2">
            <div className="rounded-lg border border-line bg-[#fff] p-1.5">
              <QrCode text={config} label={`QR code of ${file}, for the WireGuard app on a phone`} className="block size-60" />
            </div>
            <figcaption className="flex w-full items-center justify-between gap-2 text-sm text-muted">
              For a phone
              <Button size="sm" onClick={onSaved}>
                I’ve scanned it
              </Button>
            </figcaption>
          </figure>
        )}
      </div>
      <div id="config-text" hidden={!shown} className="border-t border-line">
        {shown && (
          <pre tabIndex={0} aria-label={`Text of ${file}`} className="overflow-x-auto rounded-b-xl bg-sunken px-4 py-4 font-mono text-xs leading-5 focus-visible:-outline-offset-2 sm:px-5">
            {config}
          </pre>
        )}
      </div>
    </Card>
  );
}
