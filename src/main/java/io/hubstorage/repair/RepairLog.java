package io.hubstorage.repair;

import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.DurableLines;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Appends lines to a file for people, each durable before what it tells is done. Blocking. */
final class RepairLog {
    private RepairLog() {}

    static void append(Path file, JsonNode line) throws IOException {
        DurableLines.append(file, BusJson.mapper().writeValueAsBytes(line), LinkOption.NOFOLLOW_LINKS);
    }
}
