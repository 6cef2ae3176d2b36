package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.config.ChannelConfig;
import io.hubstorage.notify.Message;
import io.hubstorage.testkit.ChromiumExtension;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people see of a message: the mail, and what Slack and Discord show, on a desk and on a phone, light and dark. */
final class ShownMessagesIT {
    @RegisterExtension
    static final ChromiumExtension BROWSER = new ChromiumExtension();

    private static Map<String, String> shown(Message message) throws Exception {
        ChannelConfig.Email email = new ChannelConfig.Email(
                new ChannelConfig.Routing("mail", true, null, "info", true),
                new ChannelConfig.MailServer("h", null, ChannelConfig.Encryption.TLS, null, null),
                "hub@example.com",
                List.of("me@example.com"));
        Map<String, String> pages = new LinkedHashMap<>();
        URI hook = URI.create("https://chat.example/hook");
        pages.put("mail", new Mail(email).of(message).getHtml());
        pages.put("slack", ChatView.slack(new Slack(hook).call(message).body().toJsonObject()));
        pages.put(
                "discord",
                ChatView.discord(new Discord(hook).call(message).body().toJsonObject()));
        return pages;
    }

    @Test
    void whatIsTruncatedHostileOrOrdinaryIsReadAsTextAndFitsTheScreen() throws Exception {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            int width = colours == ColorScheme.LIGHT ? 1440 : 390;
            try (BrowserContext window = BROWSER.chromium().window(width, 700, colours)) {
                Page page = window.newPage();
                for (Map.Entry<String, String> each : shown(Messages.failed()).entrySet()) {
                    page.setContent(each.getValue());
                    assertThat(page.innerText("body"))
                            .as(each.getKey())
                            .contains(
                                    "Backup failed: photos",
                                    "S3 refused the credentials (AccessDenied).",
                                    "3 of 4 buckets");
                    String folder = System.getProperty("hubstorage.screenshots");
                    if (folder != null) {
                        page.screenshot(new Page.ScreenshotOptions()
                                .setPath(Path.of(folder, "%s-%d.png".formatted(each.getKey(), width))));
                    }
                }
                for (Message message : List.of(Messages.hostile(), Messages.long_())) {
                    for (Map.Entry<String, String> each : shown(message).entrySet()) {
                        page.setContent(each.getValue());
                        assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
                                .as("%s at %d", each.getKey(), width)
                                .isLessThanOrEqualTo(0);
                        assertThat(page.querySelectorAll("b:text-is('&amp;'), a[href*=evil]"))
                                .as(each.getKey())
                                .isEmpty();
                    }
                }
            }
        }
    }
}
