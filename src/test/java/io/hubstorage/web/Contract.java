package io.hubstorage.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** {@code openapi.yaml}, for tests to hold things against. */
final class Contract {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private final JsonObject document;
    private final JsonObject definitions;

    Contract() throws IOException {
        try (InputStream in = Contract.class.getResourceAsStream("/openapi.yaml")) {
            JsonNode tree = new YAMLMapper().readTree(in);
            document = new JsonObject(tree.toString());
        }
        definitions = new JsonObject(document.getJsonObject("components")
                .getJsonObject("schemas")
                .encode()
                .replace("#/components/schemas/", "#/$defs/"));
    }

    /** Every operation, as {@code GET /path}. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        for (String path : document.getJsonObject("paths").fieldNames()) {
            for (String method :
                    document.getJsonObject("paths").getJsonObject(path).fieldNames()) {
                if (METHODS.contains(method)) {
                    operations.add(method.toUpperCase(Locale.ROOT) + " " + path);
                }
            }
        }
        return operations;
    }

    JsonObject operation(String operation) {
        String[] parts = operation.split(" ", -1);
        return document.getJsonObject("paths").getJsonObject(parts[1]).getJsonObject(parts[0].toLowerCase(Locale.ROOT));
    }

    /** What is wrong with an answer to an operation; empty when it is as promised. */
    String complaints(String operation, WebServer.Answer answer) {
        JsonObject response =
                operation(operation).getJsonObject("responses").getJsonObject(String.valueOf(answer.status()));
        if (response == null) {
            return "status " + answer.status() + " is not in the contract";
        }
        if (response.containsKey("$ref")) {
            String name = response.getString("$ref").replaceFirst(".*/", "");
            response = document.getJsonObject("components")
                    .getJsonObject("responses")
                    .getJsonObject(name);
        }
        String type = answer.headers().get("Content-Type");
        JsonObject promised = response.getJsonObject("content");
        if (promised == null) {
            return type == null ? "" : "nothing is promised, and " + type + " came";
        }
        String media = String.valueOf(type).replaceFirst(";.*", "");
        JsonObject content = promised.getJsonObject(media);
        if (content == null) {
            return "media type " + media + " is not in the contract";
        }
        return media.endsWith("json") ? complaints(content.getJsonObject("schema"), answer.json()) : "";
    }

    /** What is wrong with a body under a schema; empty when it fits. */
    String complaints(JsonObject schema, JsonObject body) {
        JsonObject whole = new JsonObject(schema.encode().replace("#/components/schemas/", "#/$defs/"))
                .put("$defs", definitions.copy());
        OutputUnit output = Validator.create(
                        JsonSchema.of(whole),
                        new JsonSchemaOptions()
                                .setDraft(Draft.DRAFT202012)
                                .setBaseUri("https://hubstorage.test/")
                                .setOutputFormat(OutputFormat.Basic))
                .validate(body);
        return Boolean.TRUE.equals(output.getValid()) ? "" : String.valueOf(output.getErrors());
    }
}
