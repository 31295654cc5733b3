package io.persistentmap.bench.semantics;

import java.util.Map;

/**
 * A map that is open.
 *
 * @param map the map
 * @param save makes what it holds durable, in the way its library has for that
 * @param close closes the map and its store
 */
record OpenMap(Map<Object, Object> map, Runnable save, Runnable close) {}
