package io.hubstorage.demo;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures for a repository. */
final class Png {
    private static final int COLOURS = 256;
    /** Nearer than this, as {@link #distance} measures, one colour may stand for the other. */
    private static final int ALIKE = 3 * 12 * 12;

    private Png() {}

    /** The same picture in fewer bytes: in 256 of its colours, which is all that pages of text need, packed well. */
    static byte[] packed(byte[] png) throws IOException {
        BufferedImage picture = indexed(ImageIO.read(new ByteArrayInputStream(png)));
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(packed)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(0);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), how);
        } finally {
            writer.dispose();
        }
        return packed.toByteArray();
    }

    private static BufferedImage indexed(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
        int[] palette = palette(Arrays.stream(pixels)
                .mapToObj(pixel -> pixel & 0xffffff)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList());
        IndexColorModel model = new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage indexed = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model);
        Map<Integer, Integer> nearest = new HashMap<>();
        byte[] places = ((DataBufferByte) indexed.getRaster().getDataBuffer()).getData();
        for (int i = 0; i < pixels.length; i++) {
            places[i] = nearest.computeIfAbsent(pixels[i] & 0xffffff, colour -> nearest(palette, colour))
                    .byteValue();
        }
        return indexed;
    }

    /** First those that no other can stand for, lest a small green dot becomes grey; then the most frequent shades of them. */
    private static int[] palette(List<Integer> byFrequency) {
        Set<Integer> chosen = new LinkedHashSet<>();
        byFrequency.stream()
                .filter(colour -> chosen.stream().noneMatch(other -> distance(other, colour) < ALIKE))
                .limit(COLOURS)
                .forEachOrdered(chosen::add);
        byFrequency.stream()
                .filter(colour -> !chosen.contains(colour))
                .limit(COLOURS - chosen.size())
                .toList()
                .forEach(chosen::add);
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int nearest(int[] palette, int colour) {
        int best = 0;
        for (int i = 1; i < palette.length; i++) {
            if (distance(palette[i], colour) < distance(palette[best], colour)) {
                best = i;
            }
        }
        return best;
    }

    private static int distance(int one, int other) {
        int sum = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int difference = ((one >> shift) & 0xff) - ((other >> shift) & 0xff);
            sum += difference * difference;
        }
        return sum;
    }
}
