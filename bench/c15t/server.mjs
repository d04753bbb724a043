// @c15t/backend on PostgreSQL, hosted as its documentation says: Kysely behind node:http. PORT and PG* tell where.
// `node server.mjs migrate` makes its tables and ends.
import { serve } from "@hono/node-server";
import { c15tInstance } from "@c15t/backend";
import { kyselyAdapter } from "@c15t/backend/db/adapters/kysely";
import { migrator } from "@c15t/backend/db/migrator";
import { DB } from "@c15t/backend/db/schema";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

const pool = new pg.Pool({ max: 10 });
const adapter = kyselyAdapter({
  db: new Kysely({ dialect: new PostgresDialect({ pool }) }),
  provider: "postgresql",
});

async function migrate() {
  const { execute } = await migrator({ db: DB.client(adapter), schema: "latest" });
  if (execute) await execute();
  await pool.end();
}

function listen() {
  const port = Number(process.env.PORT);
  const backend = c15tInstance({
    appName: "bench",
    basePath: "/api/c15t",
    trustedOrigins: [`http://127.0.0.1:${port}`],
    adapter,
    logger: { level: "error" },
  });
  serve({ fetch: backend.handler, port, hostname: "127.0.0.1" });
}

if (process.argv[2] === "migrate") await migrate();
else listen();
