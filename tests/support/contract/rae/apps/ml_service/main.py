"""Stands in for an ML service that embeds.

That of revision 3243807c refuses every request of its API, which names a model without a provider: vectors come from the API alone.
"""

from fastapi import FastAPI
from pydantic import BaseModel

from apps.words import DIMENSIONS, embedded

app = FastAPI(title="RAE ML Service")


class Texts(BaseModel):
    texts: list[str]
    model: str = "ollama/nomic-embed-text"


@app.get("/health")
async def health():
    return {"status": "healthy", "service": "ml-service", "mode": "api-first"}


@app.post("/embeddings")
async def embeddings(given: Texts):
    return {
        "embeddings": [embedded(text) for text in given.texts],
        "model": given.model,
        "dimension": DIMENSIONS,
    }
