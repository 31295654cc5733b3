package io.persistentmap.serializer;

/**
 * What is known of a class of values or keys, and why.
 *
 * @param immutable whether several callers may share one instance, since nobody can change it
 * @param reason why, in words: the field that can change, say
 * @param byteStable whether keys of this class are found by their bytes; otherwise {@code equals}
 *     and {@code hashCode} decide
 * @param keyReason why, in words
 */
public record TypeReport(boolean immutable, String reason, boolean byteStable, String keyReason) {}
