package io.persistentmap.serializer;

/**
 * What is known of a class of values or keys, and why.
 *
 * @param copyable whether a copy is as good as the object, since nobody can change either, and they
 *     are equal
 * @param reason why, in words: the field that can change, say, or that has no {@code equals}
 * @param byteStable whether keys of this class are found by their bytes; otherwise {@code equals}
 *     and {@code hashCode} decide
 * @param keyReason why, in words
 */
public record TypeReport(boolean copyable, String reason, boolean byteStable, String keyReason) {}
