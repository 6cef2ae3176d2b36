package io.hubstorage.s3;

import java.util.List;

/**
 * What one answer of a listing added.
 *
 * @param objects in the server's order; may be empty
 * @param ordered whether these keys ascend in UTF-8 byte order and follow everything listed before
 */
public record Page(List<ListedObject> objects, boolean ordered) {}
