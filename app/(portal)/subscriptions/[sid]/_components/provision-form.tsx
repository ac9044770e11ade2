"use client";

import { useState, type ReactNode } from "react";
import { useRouter } from "next/navigation";
import { api } from "@/app/_client/api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { commonUsersOf } from "@/lib/core/common-subnets";
import { PortcullisError } from "@/lib/core/errors";
import { clientCapacity, parseSubnetV4, type SubnetV4 } from "@/lib/core/subnet";
import { formatCount } from "@/lib/ui/bytes";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import type { SubnetOffer } from "@/lib/usecases/views";
import { useLiveSubscription, usePutSubscription } from "./live-subscription";

const OTHER = "other";

/** The first thing to do in a new subscription: a name and a network for its instance, and it is on its way. */
export function ProvisionForm({ offers }: { offers: SubnetOffer[] }) {
  const subscription = useLiveSubscription();
  const put = usePutSubscription();
  const router = useRouter();
  const [name, setName] = useState(subscription.name);
  const [choice, setChoice] = useState(offers[0]?.subnetV4 ?? OTHER);
  const [typed, setTyped] = useState("");
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const subnet = choice === OTHER ? readSubnet(typed) : { wrong: null, network: null };
  const users = subnet.network && commonUsersOf(subnet.network);
  const field = problem?.facts.field;
  const subnetError = (field === "subnetV4" ? problem?.message : null) ?? (typed.trim() === "" ? null : subnet.wrong);

  async function submit() {
    setPending(true);
    setProblem(null);
    try {
      put(await api.provision(subscription.id, { name, subnetV4: choice === OTHER ? typed.trim() : choice }));
      // The clients' part of the page comes with the instance.
      router.refresh();
    } catch (failure) {
      setProblem(toApiError(failure));
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="provision-title">
      <CardHeader title="Set up your instance" titleId="provision-title" description="It gets a private network of its own; machines that you add get addresses in it. Setting it up takes a few seconds." />
      <form
        className="grid gap-6 px-4 py-5 sm:px-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="max-w-md">
          <Field id="instance-name" label="Name" error={field === "name" ? problem?.message : null}>
            {(ids) => <Input {...ids} value={name} maxLength={60} autoComplete="off" onChange={(event) => setName(event.currentTarget.value)} />}
          </Field>
        </div>
        <div className="grid gap-2">
          <h3 id="network-label" className="text-base font-medium">
            Network
          </h3>
          <p className="text-sm text-muted">These are used by hardly anybody at home or in offices, so the tunnel won’t be in the way of what is there. It can’t be changed later without setting up every machine anew.</p>
          <div role="radiogroup" aria-labelledby="network-label" className="mt-1 grid gap-2 sm:grid-cols-2 lg:grid-cols-4">
            {[...offers.map(({ subnetV4, capacity }) => ({ value: subnetV4, title: <span className="code-text">{subnetV4}</span>, about: `${formatCount(capacity)} machines` })), { value: OTHER, title: "Another one", about: "/16 to /29, private" }].map(
              ({ value, title, about }) => (
                <Choice
                  key={value}
                  title={title}
                  about={about}
                  checked={choice === value}
                  onChoose={() => {
                    setChoice(value);
                    setProblem(null);
                  }}
                />
              ),
            )}
          </div>
        </div>
        {choice === OTHER && (
          <div className="grid max-w-md gap-3">
            <Field
              id="subnet"
              label="IPv4 network"
              error={subnetError}
              hint={subnet.network ? `Room for ${formatCount(clientCapacity(subnet.network))} machines.` : "In CIDR notation, within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10."}
            >
              {(ids) => (
                <Input
                  {...ids}
                  value={typed}
                  placeholder="10.73.5.0/24"
                  autoComplete="off"
                  spellCheck={false}
                  className="font-mono"
                  onChange={(event) => {
                    setTyped(event.currentTarget.value);
                    setProblem(null);
                  }}
                />
              )}
            </Field>
            {users && (
              <Notice tone="warn" role="status" title={`Also used by ${users}`}>
                A machine that is connected can’t reach a local network with the same addresses, or can’t connect from there. It works; another network works better.
              </Notice>
            )}
          </div>
        )}
        {problem && field === undefined && (
          <Notice tone="bad" role="alert" title="It wasn’t set up">
            {problem.message}
          </Notice>
        )}
        {problem && field === "subnetV4" && choice !== OTHER && (
          <Notice tone="bad" role="alert" title="Not this network">
            {problem.message}
          </Notice>
        )}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
          <Button type="submit" tone="primary" size="lg" pending={pending} disabled={choice === OTHER && subnet.network === null} className="w-full sm:w-auto">
            {pending ? "Setting it up…" : "Provision now"}
          </Button>
          <p className="text-sm text-muted">An IPv6 network comes with it, made at random.</p>
        </div>
      </form>
    </Card>
  );
}

function Choice({ title, about, checked, onChoose }: { title: ReactNode; about: string; checked: boolean; onChoose: () => void }) {
  return (
    <label className="flex min-h-14 cursor-pointer items-center gap-3 rounded-lg border border-line-strong bg-surface px-3.5 py-2.5 shadow-card transition-colors duration-100 hover:border-muted has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus">
      <input type="radio" name="network" checked={checked} onChange={onChoose} className="size-4 shrink-0 accent-accent-solid outline-none" />
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        <span className="block text-sm text-muted">{about}</span>
      </span>
    </label>
  );
}

/** What was typed as a network, or what is wrong with it. */
function readSubnet(text: string): { network: SubnetV4; wrong: null } | { network: null; wrong: string } {
  try {
    return { network: parseSubnetV4(text), wrong: null };
  } catch (error) {
    if (error instanceof PortcullisError) return { network: null, wrong: error.message };
    throw error;
  }
}
