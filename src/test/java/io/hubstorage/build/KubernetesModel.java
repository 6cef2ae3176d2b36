package io.hubstorage.build;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.google.gson.annotations.SerializedName;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds objects against the classes that Kubernetes' own client has, which are made of the API's description. */
final class KubernetesModel {
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private KubernetesModel() {}

    /** The documents of a text, without empty ones. A key that is there twice is refused. */
    static List<JsonNode> documents(String text) throws IOException {
        try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(text)) {
            return all.readAll().stream()
                    .filter(document -> document != null && document.isObject())
                    .toList();
        }
    }

    /** What the API server would refuse or, worse, ignore: unknown members, missing ones, those of another type, odd names. */
    static List<String> faults(JsonNode object) {
        List<String> faults = new ArrayList<>();
        String kind = object.path("kind").asText();
        String version = object.path("apiVersion").asText();
        if (version.startsWith("monitoring.coreos.com/")) {
            return faults;
        }
        if (!NAME.matcher(object.at("/metadata/name").asText()).matches()) {
            faults.add(kind + ": no name for it: " + object.at("/metadata/name"));
        }
        try {
            String prefix = version.substring(version.indexOf('/') + 1).replace("v1", "V1");
            check(kind, object, Class.forName("io.kubernetes.client.openapi.models." + prefix + kind), faults);
        } catch (ReflectiveOperationException e) {
            faults.add("no such kind: " + version + ' ' + kind);
        }
        return faults;
    }

    private static void check(String at, JsonNode value, Type type, List<String> faults)
            throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class && is(value.isArray(), at, value, type, faults)) {
                for (int i = 0; i < value.size(); i++) {
                    check(at + '[' + i + ']', value.get(i), of[0], faults);
                }
            } else if (generic.getRawType() == Map.class && is(value.isObject(), at, value, type, faults)) {
                for (Map.Entry<String, JsonNode> member : value.properties()) {
                    check(at + '.' + member.getKey(), member.getValue(), of[1], faults);
                }
            }
            return;
        }
        Class<?> wanted = (Class<?>) type;
        @Nullable Boolean scalar = scalar(value, wanted);
        if (scalar != null) {
            is(scalar, at, value, type, faults);
        } else if (is(value.isObject(), at, value, type, faults)) {
            Map<String, Type> members = new HashMap<>();
            for (Field field : wanted.getDeclaredFields()) {
                SerializedName name = field.getAnnotation(SerializedName.class);
                if (name != null) {
                    members.put(name.value(), field.getGenericType());
                }
            }
            for (Object required :
                    (Collection<?>) wanted.getField("openapiRequiredFields").get(null)) {
                is(value.has(required.toString()), at + '.' + required, value, type, faults);
            }
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                Type of = members.get(member.getKey());
                if (of == null) {
                    faults.add(at + " has no member " + member.getKey());
                } else {
                    check(at + '.' + member.getKey(), member.getValue(), of, faults);
                }
            }
        }
    }

    /** Whether a value is of that simple type; null where the type is none. */
    private static @Nullable Boolean scalar(JsonNode value, Class<?> wanted) {
        if (wanted == Object.class) {
            return true;
        } else if (wanted == String.class || wanted == OffsetDateTime.class || wanted == byte[].class) {
            return value.isTextual();
        } else if (wanted == Integer.class || wanted == Long.class) {
            return value.isIntegralNumber();
        } else if (wanted == Boolean.class) {
            return value.isBoolean();
        } else if (wanted == IntOrString.class) {
            return value.isTextual() || value.isIntegralNumber();
        } else if (wanted == Quantity.class) {
            return value.isTextual() || value.isNumber();
        }
        return null;
    }

    private static boolean is(boolean right, String at, JsonNode value, Type type, List<String> faults) {
        if (!right) {
            faults.add("%s: %s is wrong or missing, of %s".formatted(at, value, type.getTypeName()));
        }
        return right;
    }
}
