"""How the application treats Qdrant and its models: nobody is told when a vector is lost.

Each memory is sent with the vector of the model in the image, `nomic`, and where the ML service answers with `default` and
`litellm` besides. A collection that is not there is made with two names alone, and taken for ready also where that fails.
"""

import os

import httpx

from apps.words import DIMENSIONS, embedded

COLLECTION = "/collections/memories"


class Vectors:
    def __init__(self):
        self._qdrant = httpx.AsyncClient(base_url=os.environ["QDRANT_URL"], timeout=5)
        self._models = httpx.AsyncClient(base_url=os.environ["ML_SERVICE_URL"], timeout=30)
        self._ready = False

    async def collections(self):
        answer = await self._qdrant.get("/collections")
        return len(answer.raise_for_status().json()["result"]["collections"])

    async def _make_ready(self):
        if self._ready:
            return
        try:
            found = await self._qdrant.get(COLLECTION)
            if found.status_code != 200:
                vectors = {"dense": {"size": 384, "distance": "Cosine"}, "nomic": {"size": DIMENSIONS, "distance": "Cosine"}}
                await self._qdrant.put(COLLECTION, json={"vectors": vectors, "sparse_vectors": {"text": {}}})
        except httpx.HTTPError:
            pass
        self._ready = True

    async def _of(self, text):
        own = {"nomic": embedded(text)}
        try:
            answer = await self._models.post("/embeddings", json={"texts": [text]})
            elsewhere = answer.raise_for_status().json()["embeddings"][0]
        except httpx.HTTPError:
            return own
        return {**own, "default": elsewhere, "litellm": elsewhere}

    async def store(self, memory, tenant, text):
        await self._make_ready()
        point = {"id": memory, "vector": await self._of(text), "payload": {"memory_id": memory, "tenant_id": tenant}}
        try:
            await self._qdrant.put(f"{COLLECTION}/points?wait=true", json={"points": [point]})
        except httpx.HTTPError:
            pass

    async def near(self, tenant, text, count):
        await self._make_ready()
        question = {
            "query": embedded(text),
            "using": "nomic",
            "limit": count,
            "filter": {"must": [{"key": "tenant_id", "match": {"value": tenant}}]},
        }
        try:
            answer = await self._qdrant.post(f"{COLLECTION}/points/query", json=question)
            return [each["id"] for each in answer.raise_for_status().json()["result"]["points"]]
        except httpx.HTTPError:
            return []

    async def forget(self, memory):
        try:
            await self._qdrant.post(f"{COLLECTION}/points/delete?wait=true", json={"points": [memory]})
        except httpx.HTTPError:
            pass

    async def close(self):
        await self._qdrant.aclose()
        await self._models.aclose()
