"use client";

import { useState, type ReactNode } from "react";
import { ExternalLink } from "lucide-react";
import { installGuide, PLATFORMS, platformOf } from "@/app/_client/install-steps";
import { CopyButton } from "@/lib/ui/copy-button";
import { Tab, TabList, TabPanel, Tabs } from "@/lib/ui/tabs";

interface InstallTabsProps {
  fileName: string;
  instanceUrl: string;
  complete: boolean;
  /** The machine has a config of an older key. */
  replaces: boolean;
}

/** What to do on the machine, by its system; opens at the one this browser runs on. */
export function InstallTabs({ fileName, instanceUrl, complete, replaces }: InstallTabsProps) {
  const [first] = useState(() => platformOf(navigator.userAgent, navigator.maxTouchPoints));
  return (
    <Tabs defaultValue={first}>
      <TabList aria-label="System of the machine">
        {PLATFORMS.map((platform) => (
          <Tab key={platform} value={platform}>
            {installGuide(platform, fileName, instanceUrl).name}
          </Tab>
        ))}
      </TabList>
      {PLATFORMS.map((platform) => {
        const { get, steps } = installGuide(platform, fileName, instanceUrl, replaces);
        return (
          <TabPanel key={platform} value={platform}>
            <ol className="grid gap-3.5 [counter-reset:step]">
              <Step>
                {get.href === null ? (
                  get.text
                ) : (
                  <a href={get.href} target="_blank" rel="noreferrer" className="rounded-sm text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent">
                    {get.text}
                    <ExternalLink aria-hidden="true" className="ml-1 inline size-3.5 align-[-0.125em]" />
                  </a>
                )}
              </Step>
              {!complete && <Step>In {fileName}.conf, put your private key where the line PrivateKey asks for it.</Step>}
              {steps.map(({ text, command }) => (
                <Step key={text}>
                  {text}
                  {command && (
                    <span className="mt-2 flex items-start gap-1 rounded-md bg-sunken py-1.5 pr-1.5 pl-3">
                      <code className="code-text min-w-0 flex-1 py-1.5 whitespace-pre-wrap">{command}</code>
                      <CopyButton text={command} what="command" />
                    </span>
                  )}
                </Step>
              ))}
            </ol>
          </TabPanel>
        );
      })}
    </Tabs>
  );
}

function Step({ children }: { children: ReactNode }) {
  return (
    <li className="grid grid-cols-[1.5rem_minmax(0,1fr)] [counter-increment:step] before:mt-0.5 before:flex before:size-5 before:items-center before:justify-center before:rounded-full before:bg-hover before:text-2xs before:font-semibold before:text-muted before:content-[counter(step)]">
      <span className="pl-1.5">{children}</span>
    </li>
  );
}
