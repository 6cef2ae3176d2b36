package io.hubstorage.notify.channels;

import freemarker.core.TemplateClassResolver;
import freemarker.core._CoreAPI;
import freemarker.template.Configuration;
import freemarker.template.SimpleObjectWrapper;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import io.hubstorage.notify.channels.Attempt.BadTemplate;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A body that somebody wrote as a FreeMarker template. It sees texts, numbers, lists and maps, and no object of Java; loads nothing;
 * and knows only what cannot make much out of little, since FreeMarker bounds neither time nor memory. Time is bounded by
 * whoever renders, who interrupts the thread.
 */
final class BodyTemplate {
    private static final int MOST_CHARACTERS = 65_536;
    /** Escaping what is escaped a thousand times makes a page of each character. */
    private static final int MOST_OF_A_KIND = 100;

    /** A list that is made on the spot can be twice the one before, in each loop within a loop. */
    private static final Pattern MADE_LIST =
            Pattern.compile("<#\\s*list\\b(?!\\s+[\\w.]+(?:\\s+as\\s+\\w+(?:\\s*,\\s*\\w+)?)?\\s*>)");
    /** What puts texts together: as many times as it stands there. */
    private static final Pattern JOIN = Pattern.compile("(\\+|\\$\\{)");

    private static final Pattern DIRECTIVE = Pattern.compile("</?[#@]\\s*([\\w-]*)");
    private static final Set<String> DIRECTIVES = Set.of("if", "elseif", "else", "list", "items", "sep");
    /** Also where it stands in plain text: to find out which is which means to parse. */
    private static final Pattern BUILT_IN = Pattern.compile("\\?\\s*([\\w@$\\\\<\\[#]+)");

    private static final Set<String> BUILT_INS = Set.of(
            "c",
            "cap_first",
            "contains",
            "counter",
            "ends_with",
            "has_content",
            "html",
            "index",
            "is_first",
            "is_last",
            "length",
            "lower_case",
            "size",
            "starts_with",
            "then",
            "trim",
            "upper_case",
            "url",
            "xml");

    private final Template template;

    private BodyTemplate(Template template) {
        this.template = template;
    }

    /** @throws BadTemplate with what is wrong with it */
    static BodyTemplate of(String source) throws BadTemplate {
        allow(
                DIRECTIVE,
                DIRECTIVES,
                source,
                "<#%s> is not available in templates; there are <#if>, <#elseif>, <#else>, <#list>, <#items>, <#sep>");
        allow(
                BUILT_IN,
                BUILT_INS,
                source,
                "?%s is not available in templates, nor may such a text stand in one; there are "
                        + BUILT_INS.stream().sorted().toList());
        allow(JOIN, Set.of("+", "${"), source, "%s is not available in templates");
        if (MADE_LIST.matcher(source).find()) {
            throw new BadTemplate(
                    "<#list> takes a name, as in <#list facts as fact>, and nothing that is made of names");
        }
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setAPIBuiltinEnabled(false);
        configuration.setObjectWrapper(new SimpleObjectWrapper(Configuration.VERSION_2_3_34));
        configuration.setTagSyntax(Configuration.ANGLE_BRACKET_TAG_SYNTAX);
        configuration.setInterpolationSyntax(Configuration.DOLLAR_INTERPOLATION_SYNTAX);
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        configuration.setNumberFormat("computer");
        configuration.setLocale(Locale.ROOT);
        try {
            Template template = new Template("body", source, configuration);
            _CoreAPI.addThreadInterruptedChecks(template);
            return new BodyTemplate(template);
        } catch (IOException e) {
            throw new BadTemplate("the template of the body is wrong: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new BadTemplate("the template of the body is nested too deeply");
        }
    }

    private static void allow(Pattern found, Set<String> allowed, String source, String words) throws BadTemplate {
        Matcher matcher = found.matcher(source);
        for (int count = 1; matcher.find(); count++) {
            if (count > MOST_OF_A_KIND) {
                throw new BadTemplate("the template of the body has too many parts");
            }
            if (!allowed.contains(matcher.group(1))) {
                throw new BadTemplate(words.formatted(matcher.group(1)));
            }
        }
    }

    /**
     * @param message as JSON; each member is there by its name, and once more, quoted and escaped for JSON, below {@code json}
     * @throws BadTemplate when it goes wrong, or becomes too much
     */
    String render(JsonObject message) throws BadTemplate {
        Map<String, @Nullable Object> model = new LinkedHashMap<>();
        Map<String, String> quoted = new LinkedHashMap<>();
        message.forEach(member -> {
            model.put(member.getKey(), plain(member.getValue()));
            quoted.put(member.getKey(), Json.encode(member.getValue()));
        });
        model.put("json", quoted);
        Bounded out = new Bounded();
        try {
            template.process(model, out);
            return out.text.toString();
        } catch (TemplateException e) {
            // In one line, where it is, and without the stack of the template.
            throw new BadTemplate("the template of the body fails: " + e.getMessageWithoutStackTop());
        } catch (IOException | StackOverflowError e) {
            throw new BadTemplate("the template of the body makes too much of it");
        }
    }

    /** Of maps and lists alone, which FreeMarker takes as they are. */
    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case JsonObject members -> members.getMap();
            case JsonArray items -> items.getList();
            case List<?> items -> items;
            case Map<?, ?> members -> members;
            case Number number -> number;
            case Boolean flag -> flag;
            case null -> null;
            default -> value.toString();
        };
    }

    private static final class Bounded extends Writer {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            if (text.length() + length > MOST_CHARACTERS) {
                throw new IOException("too much");
            }
            text.append(characters, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
