package io.hubstorage.web.s3;

/** XML as S3 writes it, piece by piece. Not thread-safe. */
final class XmlText {
    private static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final String NAMESPACE = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

    private final StringBuilder text = new StringBuilder(1024).append(DECLARATION);

    /** Begins a document whose root is in S3's namespace. */
    static XmlText of(String root) {
        XmlText xml = new XmlText();
        xml.text.append('<').append(root).append(NAMESPACE).append('>');
        return xml;
    }

    /** An error, which S3 writes in no namespace. */
    static XmlText error() {
        return new XmlText().open("Error");
    }

    XmlText open(String name) {
        text.append('<').append(name).append('>');
        return this;
    }

    XmlText close(String name) {
        text.append("</").append(name).append('>');
        return this;
    }

    XmlText element(String name, String content) {
        open(name);
        escape(content);
        return close(name);
    }

    /**
     * Control characters become references too: those of a key must reach the client, as S3 hands them over, although XML 1.0
     * knows no way to; who cannot read that asks for {@code encoding-type=url}.
     */
    private void escape(String content) {
        for (int i = 0; i < content.length(); i++) {
            char unit = content.charAt(i);
            switch (unit) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '"' -> text.append("&quot;");
                default -> {
                    if (unit < 0x20 || unit == 0x7F || unit >= 0xFFFE) {
                        text.append("&#x").append(Integer.toHexString(unit)).append(';');
                    } else {
                        text.append(unit);
                    }
                }
            }
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
