"use client";

import { useEffect, useMemo, useRef } from "react";
import { ArrowRight } from "lucide-react";
import Link from "next/link";
import type { ClientKeyMaterial } from "@/app/_client/client-keys";
import type { ConnectStep as Connecting } from "@/app/_client/issue-flow";
import { renderClientConfig } from "@/lib/core/client-config";
import { buttonClass } from "@/lib/ui/button";
import { Card } from "@/lib/ui/card";
import { LinkPending } from "@/lib/ui/link-pending";
import { Notice } from "@/lib/ui/notice";
import { ConfigFile } from "./config-file";
import { ConnectionWatch } from "./connection-watch";
import { InstallTabs } from "./install-tabs";

export interface FlowInstance {
  name: string;
  url: string;
}

interface ConnectStepProps {
  state: Pick<Connecting, "issued" | "saved">;
  keys: ClientKeyMaterial;
  subscriptionId: string;
  instance: FlowInstance;
  onSaved: () => void;
  /** The file takes the place of one that the machine has. */
  replaces?: boolean;
}

/** The issued client: its config, drawn here from keys that only this page has, and how to bring it to the machine. */
export function ConnectStep({ state, keys, subscriptionId, instance, onSaved, replaces = false }: ConnectStepProps) {
  const { client, configuration } = state.issued;
  const title = useRef<HTMLHeadingElement>(null);
  const config = useMemo(() => renderOrNull(configuration, keys), [configuration, keys]);

  useEffect(() => title.current?.focus(), []);

  return (
    <>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div className="min-w-0">
          <h1 ref={title} tabIndex={-1} className="text-2xl font-semibold wrap-anywhere outline-none">
            {client.nickname} is ready to connect
          </h1>
          <p className="mt-1 text-muted">
            {replaces ? "Put this config on the machine in place of the old one." : "Bring this config to the machine."} Its address in the tunnel is <span className="code-text text-ink">{client.addressV4}</span>.
          </p>
        </div>
        <Link href={`/subscriptions/${subscriptionId}`} className={buttonClass(state.saved ? "primary" : "secondary", "md", "w-full sm:w-auto")}>
          Done
          <ArrowRight aria-hidden="true" className="size-4" />
          <LinkPending />
        </Link>
      </div>
      {config === null ? (
        <Notice tone="bad" role="alert" title="The config can’t be made">
          The portal’s answer has a part that doesn’t belong into a config. Revoke this client and tell the operator.
        </Notice>
      ) : (
        <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <ConfigFile config={config} fileName={configuration.fileName} complete={keys.privateKey !== null} saved={state.saved} onSaved={onSaved} />
          <div className="lg:sticky lg:top-32 lg:col-start-2 lg:row-span-2 lg:row-start-1">
            <ConnectionWatch subscriptionId={subscriptionId} initial={client} instance={instance} newKey={replaces ? keys.publicKey : null} />
          </div>
          <Card aria-labelledby="install-title" className="px-4 py-4 sm:px-5">
            <h2 id="install-title" className="mb-2 text-lg font-semibold">
              On the machine
            </h2>
            <InstallTabs fileName={configuration.fileName} instanceUrl={instance.url} complete={keys.privateKey !== null} replaces={replaces} />
          </Card>
        </div>
      )}
    </>
  );
}

function renderOrNull(configuration: Connecting["issued"]["configuration"], { privateKey, presharedKey }: ClientKeyMaterial): string | null {
  try {
    return renderClientConfig(configuration, { privateKey, presharedKey });
  } catch {
    return null;
  }
}
