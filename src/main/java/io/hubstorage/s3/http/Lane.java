package io.hubstorage.s3.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;

/** An event loop, and the connections that live on it. */
record Lane(Context loop, HttpClient client) {
    Vertx owner() {
        return loop.owner();
    }
}
