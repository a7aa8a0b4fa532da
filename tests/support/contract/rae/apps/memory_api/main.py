"""Stands in for the API of RAE Memory Engine at revision 3243807c, with its habits towards stores, clients and monitoring.

It ends where PostgreSQL is away when it starts, and holds ten connections; Redis and Qdrant are asked for later. Whatever tenant
a request names is believed. Vectors that Qdrant does not take are lost with an answer of 200. Searches find by words too.

DATABASE_URL, REDIS_URL, QDRANT_URL, ML_SERVICE_URL, RAE_DB_MODE as of the real one.
"""

import asyncio
import os
import time
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import redis.asyncio
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from prometheus_client import Counter, Gauge
from prometheus_fastapi_instrumentator import Instrumentator
from pydantic import BaseModel, Field

from apps.memory_api.vectors import Vectors

DEFAULT_TENANT = UUID(int=0)
BEGAN = time.time()
Gauge("rae_uptime_seconds", "Uptime of the RAE service in seconds").set_function(lambda: time.time() - BEGAN)
reflections = Counter("memory_reflection_event", "Reflections", ["tenant_id", "project"])


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(dsn=os.environ["DATABASE_URL"])
    app.state.redis = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])
    app.state.vectors = Vectors()
    if os.environ["RAE_DB_MODE"] in ("migrate", "init"):
        await make_default_tenant(app.state.pool)
    yield
    await app.state.pool.close()
    await app.state.redis.aclose()
    await app.state.vectors.close()


async def make_default_tenant(pool):
    add = "INSERT INTO tenants (id, name, tier) VALUES ($1, 'Default Tenant', 'enterprise') ON CONFLICT DO NOTHING"
    try:
        await pool.execute(add, DEFAULT_TENANT)
    except asyncpg.PostgresError as error:
        print(f"default_tenant_initialization_failed: {error}", flush=True)


app = FastAPI(title="RAE Memory API", version="3.6.1", lifespan=lifespan)
Instrumentator().instrument(app).expose(app)


@app.exception_handler(HTTPException)
async def refused(_, error):
    code = str(error.status_code)
    return JSONResponse(status_code=error.status_code, content={"error": {"code": code, "message": error.detail}})


@app.exception_handler(Exception)
async def failed(_, error):
    print(f"unhandled_exception: {error}", flush=True)
    return JSONResponse(status_code=500, content={"error": {"code": "500", "message": "Internal Server Error"}})


def tenant_of(request: Request):
    named = request.headers.get("X-Tenant-Id") or request.query_params.get("tenant_id")
    try:
        return UUID(named) if named and named != "default-tenant" else DEFAULT_TENANT
    except ValueError:
        raise HTTPException(400, f"Invalid tenant ID format: '{named}'. Must be a valid UUID or 'default-tenant'.")


@app.get("/live")
async def live():
    return {"status": "ALIVE"}


@app.get("/ready")
async def ready():
    return {"status": "READY"}


@app.get("/health")
async def health(request: Request):
    state = request.app.state

    async def asked(name, question):
        try:
            return await question
        except Exception as error:
            raise HTTPException(503, f"{name} DOWN: {error}")

    await asked("Database", state.pool.fetchval("SELECT 1"))
    await asked("Redis", state.redis.ping())
    count = await asked("Vector Store", state.vectors.collections())
    up = {"status": "UP"}
    services = {"postgres": up, "redis": up, "qdrant": {**up, "collections_count": count}, "llm_provider": None}
    return {"status": "healthy", "version": "2.9.0", "services": services}


class Memory(BaseModel):
    content: str
    source: str | None = "api"
    project: str | None = "default"
    layer: str | None = "episodic"


class Question(BaseModel):
    query: str = Field(min_length=1, max_length=1024)
    project: str = Field(min_length=1, max_length=255)
    k: int = Field(default=10, gt=0, le=100)


def result(row):
    found = {key: row[key] for key in ("content", "layer", "importance")}
    return {"id": str(row["id"]), "score": 1.0, "tags": [], "metadata": {}, **found}


@app.post("/v2/memories/")
async def store(memory: Memory, request: Request, tenant: UUID = Depends(tenant_of)):
    state = request.app.state
    same = "SELECT 1 FROM memories WHERE tenant_id = $1 AND project = $2 AND content = $3"
    if await state.pool.fetchval(same, tenant, memory.project, memory.content):
        return {"memory_id": "skipped", "message": "Memory skipped (duplicate or filtered)"}
    name = uuid4()
    await state.pool.execute(
        "INSERT INTO memories (id, tenant_id, content, source, project, layer) VALUES ($1, $2, $3, $4, $5, $6)",
        name, tenant, memory.content, memory.source, memory.project, memory.layer,
    )
    await state.vectors.store(str(name), str(tenant), memory.content)
    return {"memory_id": str(name), "message": "Memory stored in RAE-Core"}


@app.post("/v2/memories/query")
async def query(question: Question, request: Request, tenant: UUID = Depends(tenant_of)):
    state = request.app.state
    near = [UUID(each) for each in await state.vectors.near(str(tenant), question.query, question.k)]
    rows = await state.pool.fetch(
        """SELECT * FROM memories WHERE tenant_id = $1 AND project = $2
           AND (id = ANY($3) OR to_tsvector('simple', content) @@ plainto_tsquery('simple', $4)) LIMIT $5""",
        tenant, question.project, near, question.query, question.k,
    )
    return {"results": [result(row) for row in rows], "total_count": len(rows), "synthesized_context": None}


@app.get("/v2/memories/")
async def listed(request: Request, project: str | None = None, limit: int = 50, tenant: UUID = Depends(tenant_of)):
    rows = await request.app.state.pool.fetch(
        "SELECT * FROM memories WHERE tenant_id = $1 AND ($2::text IS NULL OR project = $2) LIMIT $3",
        tenant, project, limit,
    )
    return {"results": [result(row) for row in rows], "total": len(rows), "limit": limit, "offset": 0}


@app.delete("/v2/memories/{memory}")
async def forget(memory: UUID, request: Request, tenant: UUID = Depends(tenant_of)):
    state = request.app.state
    gone = await state.pool.execute("DELETE FROM memories WHERE id = $1 AND tenant_id = $2", memory, tenant)
    if gone == "DELETE 0":
        raise HTTPException(404, "Memory not found")
    await state.vectors.forget(str(memory))
    return {"message": "Memory deleted successfully"}


class Task(BaseModel):
    prompt: str
    project: str = "default"


@app.post("/v2/agent/execute")
async def execute(task: Task, tenant: UUID = Depends(tenant_of)):
    """Takes as many seconds as the prompt is words long, as a language model takes its time."""
    print(f"executing: {task.prompt}", flush=True)
    await asyncio.sleep(len(task.prompt.split()))
    reflections.labels(str(tenant), task.project).inc()
    return {"answer": f"{len(task.prompt.split())} words for {tenant}"}


@app.post("/procedural/query")
async def procedural():
    """Of the real one, an open bridge to a database."""
    return {"rows": []}
