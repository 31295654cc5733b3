package io.persistentmap.store;

import io.persistentmap.index.KeyDecoder;
import io.persistentmap.serializer.ClassTable;
import io.persistentmap.serializer.CodecOptions;
import java.util.function.Function;

/**
 * A map that somebody asks for.
 *
 * @param description its name and types, which are stored when it is made
 * @param options what the user said about classes
 * @param keys makes, with the table of classes, what decodes keys about which equality decides
 */
public record WantedMap(
    MapDescription description, CodecOptions options, Function<ClassTable, KeyDecoder> keys) {}
