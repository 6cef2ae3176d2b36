package io.hubstorage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bench.LogChart.Panel;
import io.hubstorage.bench.LogChart.Point;
import io.hubstorage.bench.LogChart.Series;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class LogChartTest {
    private static final List<Point> RISING = List.of(new Point(1_000, 3), new Point(1_000_000, 300));

    @Test
    void itIsWellFormedWhateverTheNamesAre() throws Exception {
        Document svg = drawn(new Series("a <b> & \"c\"", 0, false, RISING));

        assertThat(texts(svg)).contains("a <b> & \"c\"", "1 k", "10 k", "1 M", "500 µs");
    }

    @Test
    void allOfALineLiesInsideThePictureAndHigherValuesLieHigher() throws Exception {
        Document svg = drawn(new Series("one", 0, false, RISING), new Series("other", 7, true, RISING));
        String[] size = svg.getDocumentElement().getAttribute("viewBox").split(" ", -1);
        List<Element> marks = elements(svg, "circle").stream()
                .filter(each -> Double.parseDouble(each.getAttribute("cy")) < 300)
                .toList();

        assertThat(marks).hasSize(4).allSatisfy(each -> {
            assertThat(Double.parseDouble(each.getAttribute("cx"))).isBetween(0.0, Double.valueOf(size[2]));
            assertThat(Double.parseDouble(each.getAttribute("cy"))).isBetween(0.0, Double.valueOf(size[3]));
        });
        assertThat(Double.parseDouble(marks.get(1).getAttribute("cy")))
                .isLessThan(Double.parseDouble(marks.get(0).getAttribute("cy")));
    }

    @Test
    void labelsAtTheEndsOfLinesThatMeetDoNotCoverEachOther() throws Exception {
        Document svg = drawn(
                new Series("one", 0, false, RISING),
                new Series("two", 1, false, RISING),
                new Series("three", 2, false, RISING));
        List<Double> heights = elements(svg, "text").stream()
                .filter(each -> each.getTextContent().equals("300 µs"))
                .map(each -> Double.valueOf(each.getAttribute("y")))
                .sorted()
                .toList();

        assertThat(heights).hasSize(3);
        assertThat(heights.get(1) - heights.get(0)).isGreaterThanOrEqualTo(12);
        assertThat(heights.get(2) - heights.get(1)).isGreaterThanOrEqualTo(12);
    }

    @Test
    void aPanelWithoutAPointIsLeftOut() {
        Panel empty =
                new Panel("nothing known", "keys", String::valueOf, List.of(new Series("one", 0, false, List.of())));
        Panel full = new Panel("known", "keys", String::valueOf, List.of(new Series("one", 0, false, RISING)));

        assertThat(new LogChart("cost", List.of(full, empty)).svg())
                .contains("known")
                .doesNotContain("nothing known");
    }

    @Test
    void anAxisNamesWhatIsAroundTheValuesAndNoMore() {
        assertThat(LogChart.ticks(3, 300)).containsExactly(2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0);
        assertThat(LogChart.ticks(1_000, 1_000_000)).startsWith(1_000.0).endsWith(1_000_000.0);
        assertThat(LogChart.ticks(7, 7)).containsExactly(5.0, 10.0);
        assertThat(LogChart.ticks(5, 5))
                .as("one that is a value itself")
                .hasSize(2)
                .contains(5.0);
    }

    private static Document drawn(Series... series) throws Exception {
        Panel panel = new Panel("CPU", "keys", value -> String.format("%.0f µs", value), List.of(series));
        String svg = new LogChart("cost", List.of(panel)).svg();
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static List<String> texts(Document svg) {
        return elements(svg, "text").stream().map(Element::getTextContent).toList();
    }

    private static List<Element> elements(Document svg, String name) {
        NodeList found = svg.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }
}
