package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.notify.channels.Attempt.BadTemplate;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates say what a message holds, and can do nothing else: whoever may edit a channel has not thereby the machine. */
final class BodyTemplateTest {
    private static String render(String source) throws BadTemplate {
        return BodyTemplate.of(source).render(Webhook.json(Messages.failed()));
    }

    @Test
    void aTemplateHasTheMessageByItsMembersAndQuotedForJson() throws Exception {
        assertThat(render("${severity?upper_case} ${title} <#list facts as"
                        + " fact>${fact.label}=${fact.value}<#sep>, </#list>"))
                .isEqualTo("CRITICAL Backup failed: photos Bucket=photos, Safe=3 of 4 buckets");
        assertThat(new JsonObject(render("{\"a\": ${json.text}, \"job\": ${json.job}, \"n\": ${facts?size}}"))
                        .getString("a"))
                .isEqualTo(Messages.failed().text());
        assertThat(render("<#if job??>${job.kind} ${job.record.result}</#if><#if nothing??>x</#if>"))
                .isEqualTo("backup failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${\"freemarker.template.utility.Execute\"?new()(\"id\")}",
                "${title?api.class}",
                "${title?eval}",
                "${title?interpret}",
                "<#assign a = 1>",
                "<#include \"/etc/passwd\">",
                "<#import \"x\" as x>",
                "<#macro a><@a/></#macro><@a/>",
                "<#function f()><#return f()></#function>${f()}",
                "<#setting locale='de'>",
                "<#ftl output_format='HTML'>",
                "<#-- ? -->${title? <#-- --> left_pad(9)}",
                "${title?left_pad(1000000000)}",
                "${title ? right_pad(1000000000)}",
                "${title?leftPad(1000000000)}",
                "${title?replace('', title)}",
                "${(1..1000000000)?join(',')}",
                "${title?json_string}",
                "${title?\\new}",
                "<#attempt>x<#recover></#attempt>",
                "[#assign a = 1]${a}",
                "<#list [text + text] as a><#list [a + a] as b><#list [b + b] as c></#list></#list></#list>",
                "<#list facts + facts as fact></#list>",
                "<#list(facts)as fact></#list>",
                "<#list true?then(facts, facts) as fact></#list>",
                "${unknown}",
                "${title",
                "<#if>"
            })
    void whatATemplateMustNotDoIsRefused(String source) {
        assertThatThrownBy(() -> render(source)).isInstanceOf(BadTemplate.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"class", "getClass", "entrySet", "empty", "bytes", "map"})
    void nothingOfJavaIsThere(String name) {
        for (String value : List.of("title", "facts", "facts[0]", "job.record", "json", "severity")) {
            assertThatThrownBy(() -> render("${%s.%s}".formatted(value, name)))
                    .as(value)
                    .isInstanceOf(BadTemplate.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<#list 1..1000000000 as i>${title}</#list>", "${title?html?html}${title}"})
    void tooMuchIsNotMade(String source) throws Exception {
        String many = source.contains("html") ? "${text" + "?html".repeat(101) + "}" : source;
        assertThatThrownBy(() -> render(many)).isInstanceOf(BadTemplate.class).hasMessageContaining("too m");
    }

    @Test
    void whatIsPutTogetherIsBounded() {
        assertThatThrownBy(() -> render("${text" + " + text".repeat(100) + "}"))
                .isInstanceOf(BadTemplate.class)
                .hasMessageContaining("too many");
    }

    @Test
    void whatIsNestedTooDeeplyIsRefused() {
        assertThatThrownBy(() -> render("${" + "(".repeat(30_000) + "title" + ")".repeat(30_000) + "}"))
                .isInstanceOf(BadTemplate.class)
                .hasMessageContaining("too deeply");
    }

    @Test
    void aLoopWithoutAnEndEndsAtTheDeadline() throws Exception {
        Vertx vertx = Vertx.vertx();
        CountDownLatch ended = new CountDownLatch(1);
        BodyTemplate endless = BodyTemplate.of("<#list 1..2000000000 as i><#list 1..2000000000 as j></#list></#list>");
        try {
            Attempt attempt = new Attempt(
                    vertx,
                    message -> {
                        try {
                            return new Receipt.Delivered(200, endless.render(Webhook.json(message)));
                        } finally {
                            ended.countDown();
                        }
                    },
                    UnaryOperator.identity(),
                    Duration.ofMillis(50));

            assertThat(attempt.deliver(Messages.failed()).await(60, TimeUnit.SECONDS))
                    .isInstanceOf(Receipt.TryAgain.class);
            assertThat(ended.await(60, TimeUnit.SECONDS)).as("nothing goes on").isTrue();
        } finally {
            vertx.close().await(60, TimeUnit.SECONDS);
        }
    }
}
